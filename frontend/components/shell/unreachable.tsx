import { Button } from '@/components/ui/button';
import { resume } from '@/lib/api/auth';

export function Unreachable() {
  return (
    <main className="mx-auto grid min-h-dvh max-w-sm place-content-center gap-4 px-4">
      <h1 className="text-xl font-semibold">The server cannot be reached</h1>
      <p className="text-muted">You are still signed in. Check your connection and try again.</p>
      <Button look="primary" onClick={() => void resume()}>
        Try again
      </Button>
    </main>
  );
}

'use client';

import { useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { reloadOnceFor } from '@/lib/stale-chunks';

export default function ErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  useEffect(() => reloadOnceFor(error), [error]);

  return (
    <main className="mx-auto grid min-h-[70dvh] max-w-sm place-content-center gap-4 px-4">
      <h1 className="text-xl font-semibold">This page stopped working</h1>
      <p className="text-muted">Nothing you saved is lost. Try again, or load the page anew.</p>
      <div className="flex gap-2">
        <Button look="primary" onClick={reset}>
          Try again
        </Button>
        <Button onClick={() => window.location.reload()}>Reload</Button>
      </div>
    </main>
  );
}

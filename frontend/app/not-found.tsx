import type { Metadata } from 'next';
import { LinkButton } from '@/components/ui/button';
import { paths } from '@/lib/paths';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <main className="mx-auto grid min-h-dvh max-w-sm place-content-center gap-4 px-4">
      <p className="text-sm font-medium text-muted">404</p>
      <h1 className="text-xl font-semibold">There is no such page</h1>
      <p className="text-muted">The address may be mistyped, or what was here has moved.</p>
      <LinkButton href={paths.home} look="primary" className="justify-self-start">
        Go to your home page
      </LinkButton>
    </main>
  );
}

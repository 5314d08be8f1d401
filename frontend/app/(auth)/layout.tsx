'use client';

import { useRouter } from 'next/navigation';
import { useEffect, type ReactNode } from 'react';
import { useSession } from '@/lib/auth';
import { safeReturn } from '@/lib/paths';

/** Whoever is signed in, or becomes so here, goes on to where they wanted to be. */
export default function SignedOutLayout({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const router = useRouter();

  useEffect(() => {
    if (status === 'signed-in')
      router.replace(safeReturn(new URLSearchParams(window.location.search).get('next')));
  }, [status, router]);

  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-96 flex-col justify-center px-4 py-10">
      {children}
    </main>
  );
}

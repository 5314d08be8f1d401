'use client';

import { usePathname, useRouter } from 'next/navigation';
import { useEffect, type ReactNode } from 'react';
import { Shell } from '@/components/shell/shell';
import { ShellSkeleton } from '@/components/shell/shell-skeleton';
import { Unreachable } from '@/components/shell/unreachable';
import { useSession } from '@/lib/auth';
import { paths, signInFrom } from '@/lib/paths';

export default function SignedInLayout({ children }: { children: ReactNode }) {
  const state = useSession();
  const router = useRouter();
  const pathname = usePathname();
  const away = state.status === 'signed-out' && state.why !== 'unreachable' ? state.why : null;

  useEffect(() => {
    if (away) router.replace(away === 'left' ? paths.signIn : signInFrom(pathname + window.location.search));
  }, [away, pathname, router]);

  if (state.status === 'signed-in') return <Shell key={state.user.id}>{children}</Shell>;
  return state.status === 'signed-out' && state.why === 'unreachable' ? <Unreachable /> : <ShellSkeleton />;
}

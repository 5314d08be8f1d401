'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { ShellSkeleton } from '@/components/shell/shell-skeleton';
import { useSession } from '@/lib/auth';
import { paths } from '@/lib/paths';

export default function RootPage() {
  const { status } = useSession();
  const router = useRouter();
  useEffect(() => {
    if (status !== 'loading') router.replace(status === 'signed-in' ? paths.home : paths.signIn);
  }, [status, router]);
  return <ShellSkeleton />;
}

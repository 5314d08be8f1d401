'use client';

import type { ReactNode } from 'react';
import { LinkButton } from '@/components/ui/button';
import { Empty } from '@/components/ui/notice';
import { useUser } from '@/lib/auth';
import { paths } from '@/lib/paths';

export default function AdminLayout({ children }: { children: ReactNode }) {
  if (useUser().role === 'admin') return children;
  return (
    <div className="card">
      <h1 className="sr-only">Not for you</h1>
      <Empty
        title="This page is for administrators"
        action={<LinkButton href={paths.home}>Go to your home page</LinkButton>}
      >
        Ask the registrar if you need something changed here.
      </Empty>
    </div>
  );
}

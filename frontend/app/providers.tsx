'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { I18nProvider, RouterProvider } from 'react-aria-components';
import { LazyToasts } from '@/components/ui/lazy-toasts';
import { queryClient } from '@/lib/api/query-client';
import { AuthProvider } from '@/lib/auth';

export function Providers({ children }: { children: ReactNode }) {
  const router = useRouter();
  return (
    <I18nProvider>
      <RouterProvider navigate={router.push}>
        <QueryClientProvider client={queryClient}>
          <AuthProvider>{children}</AuthProvider>
          <LazyToasts />
        </QueryClientProvider>
      </RouterProvider>
    </I18nProvider>
  );
}

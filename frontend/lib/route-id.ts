'use client';

import { usePathname } from 'next/navigation';
import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** True in the browser, false in the exported HTML and in the first render that must match it. */
export function useIsClient(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/**
 * The id of `/courses/{id}`. The exported page is one placeholder for all ids, so `useParams` would give the
 * placeholder, and text from the real address must wait for hydration.
 */
export function useRouteId(): string {
  const pathname = usePathname();
  return useIsClient() ? (pathname.split('/')[2] ?? '') : '';
}

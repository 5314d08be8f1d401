'use client';

import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { CellEdit } from '@/components/data-grid/model';
import { queryClient } from '@/lib/api/query-client';
import type { Gradebook } from '@/lib/api/types';
import { applyEdits, noDrafts, type Drafts } from './drafts';

/**
 * What is typed and not saved, kept beside the server's data: coming back to the page finds it again, and signing out
 * clears it with everything else.
 */
export function useDrafts(courseId: string, book: Gradebook | undefined, mayClear: boolean) {
  const key = ['gradebook-drafts', courseId];
  const { data: drafts = noDrafts } = useQuery<Drafts>({
    queryKey: key,
    queryFn: () => noDrafts,
    initialData: noDrafts,
    staleTime: Infinity,
    gcTime: Infinity,
    structuralSharing: false,
  });
  const change = useCallback(
    (to: (drafts: Drafts) => Drafts) =>
      void queryClient.setQueryData<Drafts>(['gradebook-drafts', courseId], (now) => to(now ?? noDrafts)),
    [courseId],
  );
  const edit = (edits: CellEdit[]) => {
    if (book) change((now) => applyEdits(now, book, edits, { mayClear }));
  };
  return { drafts, change, edit };
}

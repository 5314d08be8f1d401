import { queryOptions } from '@tanstack/react-query';
import type { TermId } from '../terms';
import { api } from './client';
import { queryClient } from './query-client';
import type { TermDates } from './types';

export const termList = queryOptions({
  queryKey: ['terms'],
  queryFn: ({ signal }) => api.get('/terms', { signal }),
  select: (page) => page.items,
  staleTime: 60_000,
});

export async function saveTerm({ year, semester }: TermId, body: TermDates): Promise<void> {
  await api.put('/terms/{year}/{semester}', { path: { year, semester }, body });
  await queryClient.invalidateQueries({ queryKey: ['terms'] });
}

export const institution = queryOptions({
  queryKey: ['institution'],
  queryFn: ({ signal }) => api.get('/institution', { signal }),
  staleTime: Infinity,
});

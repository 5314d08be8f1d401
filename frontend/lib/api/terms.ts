import { queryOptions } from '@tanstack/react-query';
import type { TermId } from '../terms';
import { api } from './client';
import { queryClient } from './query-client';
import type { Institution, Term } from './types';

export const termList = queryOptions({
  queryKey: ['terms'],
  queryFn: ({ signal }) => api.get<{ items: Term[] }>('/terms', { signal }),
  select: (page) => page.items,
  staleTime: 60_000,
});

export interface TermDates {
  starts_on: string | null;
  ends_on: string | null;
  registration_opens_at: string | null;
  registration_closes_at: string | null;
  drop_deadline: string | null;
}

export async function saveTerm({ year, semester }: TermId, body: TermDates): Promise<void> {
  await api.put('/terms/{year}/{semester}', { path: { year, semester }, body });
  await queryClient.invalidateQueries({ queryKey: ['terms'] });
}

export const institution = queryOptions({
  queryKey: ['institution'],
  queryFn: ({ signal }) => api.get<Institution>('/institution', { signal }),
  staleTime: Infinity,
});

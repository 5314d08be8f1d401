import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { queryClient } from './query-client';

const keyOf = (userId: string) => ['calendar', userId] as const;

export function calendarFeed(userId: string) {
  return queryOptions({
    queryKey: keyOf(userId),
    queryFn: ({ signal }) => api.get('/users/{id}/calendar-feed', { path: { id: userId }, signal }),
  });
}

/** The whole address, told this once. An older one ends. */
export async function makeCalendarFeed(userId: string): Promise<string> {
  const { url } = await api.post('/users/{id}/calendar-feed', { path: { id: userId } });
  await queryClient.invalidateQueries({ queryKey: keyOf(userId) });
  return new URL(url, window.location.origin).href;
}

export async function endCalendarFeed(userId: string): Promise<void> {
  await api.delete('/users/{id}/calendar-feed', { path: { id: userId } });
  await queryClient.invalidateQueries({ queryKey: keyOf(userId) });
}

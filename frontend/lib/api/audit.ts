import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { AuditFilter } from './types';

export function auditLog(filter: AuditFilter) {
  return queryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ signal }) => api.get('/audit', { query: filter, signal }),
    placeholderData: keepPreviousData,
    // Whoever opens it wants what has just happened.
    staleTime: 0,
  });
}

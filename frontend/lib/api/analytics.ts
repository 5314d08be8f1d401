import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { DemandFilter, EnrollmentPeriod, PerformanceFilter, RevenuePeriod } from './types';

const POLL_MS = 30_000;

/** Asked again every 30 seconds, while somebody looks: a hidden tab asks nothing. */
export const dashboard = queryOptions({
  queryKey: ['analytics', 'dashboard'],
  queryFn: ({ signal }) => api.get('/analytics/dashboard', { signal }),
  refetchInterval: POLL_MS,
  staleTime: 0,
});

export function enrollmentReport(period: EnrollmentPeriod) {
  return queryOptions({
    queryKey: ['analytics', 'enrollments', period],
    queryFn: ({ signal }) => api.get('/analytics/enrollments', { query: period, signal }),
    placeholderData: keepPreviousData,
  });
}

export function revenueReport(period: RevenuePeriod) {
  return queryOptions({
    queryKey: ['analytics', 'revenue', period],
    queryFn: ({ signal }) => api.get('/analytics/revenue', { query: period, signal }),
    placeholderData: keepPreviousData,
  });
}

export function unmetDemand(filter: DemandFilter) {
  return queryOptions({
    queryKey: ['analytics', 'demand', filter],
    queryFn: ({ signal }) => api.get('/analytics/unmet-demand', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

export function performance(filter: PerformanceFilter) {
  return queryOptions({
    queryKey: ['analytics', 'performance', filter],
    queryFn: ({ signal }) => api.get('/analytics/performance', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

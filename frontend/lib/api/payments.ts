import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { queryClient } from './query-client';
import type {
  AssessCharges,
  Charge,
  ChargeFilter,
  CreateCharge,
  CreateIntent,
  CreateRefund,
  DifferenceFilter,
  OpenEventFilter,
  Payment,
  PaymentFilter,
  Refund,
  Ticket,
  WaiveCharge,
} from './types';

const all = ['money'] as const;

export const paymentSettings = queryOptions({
  queryKey: ['payment-settings'],
  queryFn: ({ signal }) => api.get('/payments/config', { signal }),
  staleTime: Infinity,
});

/** Charges, what was paid, and what is owed. */
export function account(userId: string) {
  return queryOptions({
    queryKey: [...all, 'account', userId],
    queryFn: ({ signal }) => api.get('/users/{id}/account', { path: { id: userId }, signal }),
    enabled: userId !== '',
  });
}

export function paymentList(filter: PaymentFilter) {
  return queryOptions({
    queryKey: [...all, 'payments', filter],
    queryFn: ({ signal }) => api.get('/payments', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

export function paymentDetail(id: string) {
  return queryOptions({
    queryKey: [...all, 'payment', id],
    queryFn: ({ signal }) => api.get('/payments/{id}', { path: { id }, signal }),
    enabled: id !== '',
  });
}

export function paymentHistory(id: string) {
  return queryOptions({
    queryKey: [...all, 'history', id],
    queryFn: ({ signal }) => api.get('/payments/{id}/history', { path: { id }, signal }),
    enabled: id !== '',
  });
}

export function receipt(id: string) {
  return queryOptions({
    queryKey: [...all, 'receipt', id],
    queryFn: ({ signal }) => api.get('/payments/{id}/receipt', { path: { id }, signal }),
    enabled: id !== '',
  });
}

export function chargeList(filter: ChargeFilter) {
  return queryOptions({
    queryKey: [...all, 'charges', filter],
    queryFn: ({ signal }) => api.get('/charges', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

export const reconciliations = queryOptions({
  queryKey: [...all, 'reconciliations'],
  queryFn: ({ signal }) => api.get('/payments/reconciliation', { signal }),
  select: ({ items }) => items,
});

/** Open ones, unless the filter says otherwise. */
export function openEvents(filter: OpenEventFilter) {
  return queryOptions({
    queryKey: [...all, 'events', filter],
    queryFn: ({ signal }) => api.get('/payments/events', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

export function openDifferences(filter: DifferenceFilter) {
  return queryOptions({
    queryKey: [...all, 'differences', filter],
    queryFn: ({ signal }) => api.get('/payments/differences', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });
}

/** What changes one of them changes sums elsewhere. */
async function changed<T>(answer: Promise<T>): Promise<T> {
  const done = await answer;
  await queryClient.invalidateQueries({ queryKey: all });
  return done;
}

export const refreshMoney = () => queryClient.invalidateQueries({ queryKey: all });

export const beginPayment = (body: CreateIntent): Promise<Ticket> =>
  changed(api.post('/payments/create-intent', { body }));

export const takeUpPayment = (id: string): Promise<Ticket> =>
  api.post('/payments/{id}/retry', { path: { id } });

export const refundPayment = (payment: Payment, body: CreateRefund): Promise<Refund> =>
  changed(api.post('/payments/{id}/refund', { path: { id: payment.id }, body }));

export const createCharge = (body: CreateCharge): Promise<Charge> => changed(api.post('/charges', { body }));

export const assessCharges = (body: AssessCharges) => changed(api.post('/charges/assess', { body }));

export const waiveCharge = (charge: Charge, body: WaiveCharge): Promise<Charge> =>
  changed(api.post('/charges/{id}/waive', { path: { id: charge.id }, body }));

export const resolveEvent = (id: string, reason: string) =>
  changed(api.post('/payments/events/{id}/resolve', { path: { id }, body: { reason } }));

export const resolveDifference = (id: string, reason: string) =>
  changed(api.post('/payments/differences/{id}/resolve', { path: { id }, body: { reason } }));

/** What it found, or only that it goes on. */
export const reconcile = () => changed(api.post('/payments/reconciliation', { body: { apply: true } }));

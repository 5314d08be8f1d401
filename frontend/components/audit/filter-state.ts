import type { AuditFilter } from '@/lib/api/types';
import { startOfDay } from '@/lib/dates';

/** What the address of the trail can say; the dates are days of the reader's calendar, both included. */
export const auditDefaults = {
  actor: '',
  subject: '',
  object: '',
  action: '',
  from: '',
  until: '',
  page: 1,
};

export interface AuditState {
  [key: string]: string | number;
  actor: string;
  subject: string;
  object: string;
  action: string;
  from: string;
  until: string;
  page: number;
}

export const PAGE_SIZE = 50;

export function toFilter(state: AuditState): AuditFilter {
  return {
    actor_id: state.actor || undefined,
    subject_id: state.subject || undefined,
    object_id: state.object || undefined,
    action: state.action || undefined,
    from: startOfDay(state.from),
    until: startOfDay(state.until, 1),
    page: state.page,
    page_size: PAGE_SIZE,
  };
}

export function filtersOf(state: AuditState): string[] {
  return Object.keys(state).filter((name) => name !== 'page' && state[name]);
}

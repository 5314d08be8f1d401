import { formatMoment } from '@/lib/dates';
import { formatSlots, parseSchedule, type ApiSchedule } from '@/lib/schedule';

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** What an edit changed stands in the facts as `field: [before, after]`. */
export function changesOf(facts: Record<string, unknown>): Change[] {
  return Object.entries(facts).flatMap(([field, value]) =>
    Array.isArray(value) && value.length === 2 ? [{ field, before: value[0], after: value[1] }] : [],
  );
}

/** The other facts, those within `dates` and the like by themselves. */
export function factsOf(facts: Record<string, unknown>): [field: string, value: unknown][] {
  return Object.entries(facts).flatMap(([field, value]): [string, unknown][] => {
    if (Array.isArray(value) && value.length === 2) return [];
    return isPlain(value) ? Object.entries(value) : [[field, value]];
  });
}

const names: Record<string, string> = {
  full_name: 'name',
  is_active: 'state',
  teacher_id: 'teacher',
  student_id: 'student number',
  starts_on: 'first day of classes',
  ends_on: 'last day of classes',
  registration_opens_at: 'start of registration',
  registration_closes_at: 'end of registration',
};

export function fieldName(field: string): string {
  return names[field] ?? field.replace(/_(id|at|on)$/, '').replaceAll('_', ' ');
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}

/** In words, or null for what has none: an id, a structure. */
export function valueText(field: string, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (field === 'is_active') return value ? 'active' : 'inactive';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return isId(value) ? null : MOMENT.test(value) ? formatMoment(value) : value;
  if (field === 'schedule' && isPlain(value)) {
    return formatSlots(parseSchedule(value as ApiSchedule)) || 'no weekly time';
  }
  return null;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

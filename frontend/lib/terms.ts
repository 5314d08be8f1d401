import type { Semester, Term } from './api/types';
import { formatMoment } from './dates';

const NAMES: Record<Semester, string> = { spring: 'Spring', summer: 'Summer', fall: 'Fall' };
export const SEMESTERS = Object.keys(NAMES) as Semester[];

export interface TermId {
  semester: Semester;
  year: number;
}

export function termLabel({ semester, year }: TermId): string {
  return `${NAMES[semester]} ${year}`;
}

export function semesterLabel(semester: Semester): string {
  return NAMES[semester];
}

/** "fall-2026", as it stands in addresses. */
export function termKey({ semester, year }: TermId): string {
  return `${semester}-${year}`;
}

/** The asked term, else the current one, else the newest. */
export function pickTerm(terms: readonly Term[], key: string): Term | undefined {
  return terms.find((term) => termKey(term) === key) ?? terms.find((term) => term.is_current) ?? terms[0];
}

/** Why one cannot enrol in this term, or null when one can. */
export function registrationReason(term: Term | undefined): string | null {
  if (!term || term.registration === 'open') return null;
  if (term.registration === 'not_yet') {
    return term.registration_opens_at
      ? `Registration opens ${formatMoment(term.registration_opens_at)}`
      : 'Registration is not open yet';
  }
  return term.registration_closes_at
    ? `Registration closed ${formatMoment(term.registration_closes_at)}`
    : 'Registration is closed';
}

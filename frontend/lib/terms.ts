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

const ORDER: Record<Semester, number> = { spring: 0, summer: 1, fall: 2 };

/** Newest term first, rows in the order they came. */
export function groupByTerm<T>(
  items: readonly T[],
  termOf: (item: T) => TermId,
): { key: string; label: string; term: TermId; items: T[] }[] {
  const groups = new Map<string, { key: string; label: string; term: TermId; items: T[] }>();
  for (const item of items) {
    const { semester, year } = termOf(item);
    const key = termKey({ semester, year });
    const group = groups.get(key);
    if (group) group.items.push(item);
    else
      groups.set(key, { key, label: termLabel({ semester, year }), term: { semester, year }, items: [item] });
  }
  return [...groups.values()].sort(
    (a, b) => b.term.year - a.term.year || ORDER[b.term.semester] - ORDER[a.term.semester],
  );
}

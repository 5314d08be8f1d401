import type { Semester, Term } from './api/types';
import { termKey } from './terms';

/** What all reports can be narrowed by, as it stands in their address; '' for all terms and for the usual days. */
export interface ReportState {
  term: string;
  from: string;
  to: string;
}

/** Only a term there is; anything else in the address means all of them. */
export function termOf(terms: readonly Term[], key: string): { semester?: Semester; year?: number } {
  const term = terms.find((candidate) => termKey(candidate) === key);
  return term ? { semester: term.semester, year: term.year } : {};
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

function dateOf(text: string): string | undefined {
  return DATE.test(text) ? text : undefined;
}

/** What a report over some days is asked for. */
export function periodOf(terms: readonly Term[], { term, from, to }: ReportState) {
  return { ...termOf(terms, term), from: dateOf(from), to: dateOf(to) };
}

import { parseDelimited } from '@/components/data-grid/tsv';
import type { CellEdit } from '@/components/data-grid/model';
import type { Gradebook, GradebookRow } from '@/lib/api/types';
import { formatDecimal } from '@/lib/numbers';
import { savedCell } from './drafts';
import { readScore, sameScore } from './scores';

export interface Rejected {
  /** As a spreadsheet counts: the heading is line 1. */
  line: number;
  who: string;
  column: string;
  value: string;
  reason: string;
}

export interface DryRun {
  edits: CellEdit[];
  /** Of the edits: marks that replace one. */
  replaced: number;
  unchanged: number;
  rejected: Rejected[];
  /** Headings that are no assignment of the course. */
  ignored: string[];
  /** Why nothing of the file can be used. */
  problem: string | null;
}

/** The sign that divides most in the heading; spreadsheets of many countries write semicolons. */
function delimiterOf(text: string): string {
  const [heading = ''] = text.split(/\r\n|\r|\n/, 1);
  const count = (sign: string) => heading.split(sign).length;
  return [',', ';', '\t'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

const plain = (text: string) => text.trim().toLowerCase();
/** What our own files put before a cell that a spreadsheet would run as a formula. */
const unguarded = (text: string) => text.replace(/^'(?=[=+\-@])/, '');

const WHO = ['email', 'e-mail', 'student number', 'student_id', 'number', 'student', 'name', 'full_name'];
const OURS = ['final', 'letter', 'percent'];

/** Finds the student of a line by e-mail, number or, if only one is called that, by name. */
function finder(book: Gradebook): (cells: Map<string, string>) => GradebookRow | string {
  const byKey = new Map<string, GradebookRow>();
  const names = new Map<string, GradebookRow[]>();
  for (const row of book.students) {
    byKey.set(plain(row.email), row);
    if (row.student_id) byKey.set(plain(row.student_id), row);
    names.set(plain(row.full_name), [...(names.get(plain(row.full_name)) ?? []), row]);
  }
  return (cells) => {
    const given = WHO.map((name) => cells.get(name)).filter((text): text is string => Boolean(text));
    for (const text of given) {
      const found = byKey.get(plain(text));
      if (found) return found;
    }
    for (const text of given) {
      const called = names.get(plain(text)) ?? [];
      if (called[0] && called.length === 1) return called[0];
      if (called.length > 1) return 'Several students have this name: add a column with the e-mail.';
    }
    return given.length ? 'No such student in this course.' : 'No e-mail, number or name.';
  };
}

/** What a file would change, before anything is changed. Empty cells leave marks alone. */
export function dryRun(book: Gradebook, file: string): DryRun {
  const result: DryRun = { edits: [], replaced: 0, unchanged: 0, rejected: [], ignored: [], problem: null };
  const text = file.replace(/^\uFEFF/, '');
  const [heading, ...lines] = parseDelimited(text, delimiterOf(text));
  if (!heading || lines.length === 0)
    return { ...result, problem: 'The file has no line below its heading.' };

  const headings = heading.map((name) => plain(unguarded(name)));
  const assignments = new Map(book.assignments.map((assignment) => [plain(assignment.name), assignment]));
  const known = headings.map((name) => assignments.get(name));
  if (!headings.some((name) => WHO.includes(name))) {
    return { ...result, problem: 'No column says who: name one “Email” or “Student”.' };
  }
  if (!known.some(Boolean)) {
    return { ...result, problem: 'No column is called like an assignment of this course.' };
  }
  result.ignored = heading.filter((_, at) => {
    const name = headings[at] ?? '';
    return !known[at] && !WHO.includes(name) && !OURS.includes(name) && name !== '';
  });

  const find = finder(book);
  const seen = new Set<string>();
  lines.forEach((cells, index) => {
    if (cells.every((cell) => cell === '')) return;
    const line = index + 2;
    const named = new Map(headings.map((name, at) => [name, unguarded(cells[at] ?? '')]));
    const row = find(named);
    const who = WHO.map((name) => named.get(name)).find(Boolean) ?? '';
    const reject = (column: string, value: string, reason: string) =>
      result.rejected.push({
        line,
        who: typeof row === 'string' ? who : row.full_name,
        column,
        value,
        reason,
      });
    if (typeof row === 'string') return reject('', '', row);
    if (seen.has(row.enrollment_id)) return reject('', '', 'This student stands in the file twice.');
    seen.add(row.enrollment_id);

    known.forEach((assignment, at) => {
      const value = (cells[at] ?? '').trim();
      if (!assignment || value === '') return;
      const saved = savedCell(book, row, assignment.id);
      if (sameScore(value, saved?.score ?? '')) {
        result.unchanged += 1;
        return;
      }
      if (row.locked) return reject(assignment.name, value, 'The final is submitted, the marks are locked.');
      const { score, problem } = readScore(value, assignment.max_score);
      if (score === null) return reject(assignment.name, value, problem);
      if (saved) result.replaced += 1;
      result.edits.push({ row: row.enrollment_id, column: assignment.id, text: formatDecimal(score) });
    });
  });
  return result;
}

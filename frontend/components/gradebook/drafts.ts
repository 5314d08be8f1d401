import type { CellEdit } from '@/components/data-grid/model';
import type {
  Assignment,
  BulkVerdict,
  CurrentMark,
  Gradebook,
  GradebookRow,
  MarkCell,
} from '@/lib/api/types';
import { readScore, sameScore, showScore } from './scores';

/** A mark that is typed and not saved. */
export interface Draft {
  row: string;
  assignment: string;
  text: string;
  /** Why it cannot be saved. It stays as typed until it is mended. */
  problem: string | null;
  /** The version of the mark when the typing began: whoever is faster is noticed. Null: there was no mark. */
  seen: number | null;
  /** Somebody was faster; what is saved now, null if the mark is gone. */
  theirs?: CurrentMark | null;
}

export type Drafts = ReadonlyMap<string, Draft>;

export const noDrafts: Drafts = new Map();

export function draftKey(row: string, assignment: string): string {
  return `${row} ${assignment}`;
}

export function savedCell(book: Gradebook, row: GradebookRow, assignment: string): MarkCell | null {
  return row.cells[book.assignments.findIndex(({ id }) => id === assignment)] ?? null;
}

export function savedText(cell: MarkCell | null): string {
  return cell ? showScore(cell.score) : '';
}

interface Rights {
  /** Only an administrator takes a mark away altogether. */
  mayClear: boolean;
}

function problemOf(text: string, assignment: Assignment, saved: MarkCell | null, { mayClear }: Rights) {
  if (text === '') {
    return saved && !mayClear ? 'Only an administrator can take a mark away. Type 0 or another mark.' : null;
  }
  return readScore(text, assignment.max_score).problem;
}

/** Typing what is saved already takes the draft away. Locked rows and unknown cells are left alone. */
export function applyEdits(
  drafts: Drafts,
  book: Gradebook,
  edits: readonly CellEdit[],
  rights: Rights,
): Drafts {
  const rows = new Map(book.students.map((row) => [row.enrollment_id, row]));
  const assignments = new Map(book.assignments.map((assignment) => [assignment.id, assignment]));
  const next = new Map(drafts);
  for (const edit of edits) {
    const [row, assignment] = [rows.get(edit.row), assignments.get(edit.column)];
    if (!row || !assignment || row.locked) continue;
    const key = draftKey(edit.row, edit.column);
    const before = drafts.get(key);
    const saved = savedCell(book, row, assignment.id);
    const text = edit.text.trim();
    if (sameScore(text, saved?.score ?? '')) {
      next.delete(key);
      continue;
    }
    next.set(key, {
      row: edit.row,
      assignment: edit.column,
      text,
      problem: problemOf(text, assignment, saved, rights),
      seen: before ? before.seen : (saved?.version ?? null),
      ...(before && 'theirs' in before ? { theirs: before.theirs } : {}),
    });
  }
  return next;
}

export function isConflict(draft: Draft | undefined): boolean {
  return draft !== undefined && 'theirs' in draft;
}

/** What can be sent: neither wrong nor waiting for a choice. */
export function sendable(drafts: Drafts): Draft[] {
  return [...drafts.values()].filter((draft) => !draft.problem && !isConflict(draft));
}

/** What was written is no draft any more; what was refused says why and stays. Whatever was typed meanwhile stays too. */
export function afterSave(now: Drafts, sent: readonly Draft[], verdicts: readonly BulkVerdict[]): Drafts {
  const next = new Map(now);
  sent.forEach((draft, index) => {
    const verdict = verdicts[index];
    const key = draftKey(draft.row, draft.assignment);
    const current = next.get(key);
    if (!verdict || !current) return;
    const done = verdict.verdict === 'written' || verdict.verdict === 'unchanged';
    if (done && current.text === draft.text) next.delete(key);
    else if (done) next.set(key, { ...current, seen: verdict.version ?? null });
    else if (verdict.verdict === 'stale') next.set(key, { ...current, theirs: verdict.current ?? null });
    else next.set(key, { ...current, problem: refusal(verdict) });
  });
  return next;
}

function refusal({ verdict, message }: BulkVerdict): string {
  if (verdict === 'locked')
    return 'The final of this student is submitted: ask for a change of the mark instead.';
  if (verdict === 'withheld') return 'Not written, because other marks were refused.';
  const text = message ?? 'Refused';
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Mine is to be written over theirs with the next save. */
export function keepMine(drafts: Drafts, keys: readonly string[]): Drafts {
  const next = new Map(drafts);
  for (const key of keys) {
    const draft = next.get(key);
    if (!draft || !isConflict(draft)) continue;
    const { theirs, ...mine } = draft;
    next.set(key, { ...mine, seen: theirs?.version ?? null });
  }
  return next;
}

export function discard(drafts: Drafts, keys: readonly string[]): Drafts {
  const next = new Map(drafts);
  for (const key of keys) next.delete(key);
  return next;
}

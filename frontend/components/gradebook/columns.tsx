import { Lock } from 'lucide-react';
import type { CellView, GridColumn } from '@/components/data-grid/model';
import type { Assignment, Gradebook, GradebookRow } from '@/lib/api/types';
import { formatDecimal } from '@/lib/numbers';
import { draftKey, isConflict, savedCell, savedText, type Draft, type Drafts } from './drafts';
import { showScore, showWeight } from './scores';

export const STUDENT = 'student';
export const FINAL = 'final';

interface Options {
  wide: boolean;
  onAssignment: (assignment: Assignment) => void;
}

export function columnsOf(
  book: Gradebook,
  drafts: Drafts,
  { wide, onAssignment }: Options,
): GridColumn<GradebookRow>[] {
  const dirty = new Set([...drafts.values()].map(({ row }) => row));
  return [
    {
      id: STUDENT,
      label: 'Student',
      width: wide ? 220 : 170,
      pin: 'start',
      sortValue: (row) => row.full_name,
      view: (row) => ({ text: row.full_name, note: row.locked ? 'final submitted' : undefined }),
      render: (row) => (
        <>
          {row.locked && <Lock aria-hidden className="mr-1.5 inline size-3 text-muted" />}
          <span className="font-medium">{row.full_name}</span>
        </>
      ),
    },
    ...book.assignments.map((assignment, at) => assignmentColumn(assignment, at, book, drafts, onAssignment)),
    {
      id: FINAL,
      label: 'Final',
      width: 124,
      pin: 'end',
      align: 'end',
      headerHint: 'The weighted mean of the saved marks, computed by the server.',
      sortValue: (row) => (row.final.percent == null ? null : Number(row.final.percent)),
      view: (row) => finalView(row, dirty.has(row.enrollment_id)),
      render: (row) => finalCell(row, dirty.has(row.enrollment_id)),
    },
  ];
}

function assignmentColumn(
  assignment: Assignment,
  at: number,
  book: Gradebook,
  drafts: Drafts,
  onAssignment: (assignment: Assignment) => void,
): GridColumn<GradebookRow> {
  const { id, name, max_score, weight } = assignment;
  const facts = [`max ${showScore(max_score)}`, showWeight(weight)].filter(Boolean).join(' · ');
  return {
    id,
    label: name,
    width: 112,
    align: 'end',
    header: (
      <>
        <span className="block truncate text-sm text-ink">{name}</span>
        <span className="block truncate font-normal tabular-nums">{facts}</span>
      </>
    ),
    headerHint: `${name}, ${facts}. Enter or click: edit. s: sort.`,
    onHeader: () => onAssignment(assignment),
    sortValue: (row) => (row.cells[at] ? Number(row.cells[at].score) : null),
    view: (row) => cellView(row, savedCell(book, row, id), drafts.get(draftKey(row.enrollment_id, id))),
  };
}

function cellView(
  row: GradebookRow,
  saved: ReturnType<typeof savedCell>,
  draft: Draft | undefined,
): CellView {
  const before = savedText(saved);
  if (row.locked) return { text: before, tone: 'locked', note: 'locked, the final is submitted' };
  if (!draft) return { text: before, editable: true };
  const text = draft.text;
  if (isConflict(draft)) {
    const theirs = draft.theirs ? showScore(draft.theirs.score) : 'empty';
    return { text, editable: true, tone: 'conflict', note: `somebody else saved ${theirs}` };
  }
  if (draft.problem) return { text, editable: true, tone: 'invalid', note: draft.problem };
  return { text, editable: true, tone: 'changed', note: `not saved, before: ${before || 'empty'}` };
}

function finalView({ final }: GradebookRow, dirty: boolean): CellView {
  if (final.percent == null) {
    return {
      text: '',
      note: final.reason === 'weights_sum_to_zero' ? 'the weights sum to 0' : 'no marks yet',
    };
  }
  return {
    text: `${formatDecimal(final.percent, 2)} ${final.letter ?? ''}`.trim(),
    note: dirty ? 'without the marks that are not saved' : undefined,
  };
}

function finalCell({ final }: GradebookRow, dirty: boolean) {
  if (final.percent == null) return <span className="text-muted">–</span>;
  return (
    <span className={dirty ? 'text-muted italic' : ''}>
      {formatDecimal(final.percent, 2)}
      <span className="ml-2 inline-block w-6 text-left font-semibold">{final.letter}</span>
    </span>
  );
}

import type { AttendanceMark, AttendanceVerdict, MarkStudent, StudentAttendance } from '@/lib/api/types';

export const MARKS: readonly { mark: AttendanceMark; key: string; label: string }[] = [
  { mark: 'present', key: 'p', label: 'Present' },
  { mark: 'absent', key: 'a', label: 'Absent' },
  { mark: 'late', key: 'l', label: 'Late' },
  { mark: 'excused', key: 'e', label: 'Excused' },
];

const words = new Map(MARKS.map(({ mark, label }) => [mark, label]));

export function wordFor(mark: AttendanceMark): string {
  return words.get(mark) ?? mark;
}

/** What was decided for a student and is not saved yet. */
export interface Decision {
  status: AttendanceMark;
  notes: string;
}

export type Decisions = ReadonlyMap<string, Decision>;

export const nothingDecided: Decisions = new Map();

export function savedDecision({ record }: StudentAttendance): Decision | null {
  return record ? { status: record.status, notes: record.notes ?? '' } : null;
}

export function decisionFor(student: StudentAttendance, decisions: Decisions): Decision | null {
  return decisions.get(student.enrollment_id) ?? savedDecision(student);
}

/** A decision that says what is saved already is none. */
export function decide(
  decisions: Decisions,
  student: StudentAttendance,
  change: Partial<Decision>,
): Decisions {
  const before = decisionFor(student, decisions) ?? { status: 'present', notes: '' };
  const after = { ...before, ...change };
  const saved = savedDecision(student);
  const next = new Map(decisions);
  if (saved && saved.status === after.status && saved.notes === after.notes.trim()) {
    next.delete(student.enrollment_id);
  } else next.set(student.enrollment_id, after);
  return next;
}

/** Who is not marked yet is present. */
export function restPresent(decisions: Decisions, students: readonly StudentAttendance[]): Decisions {
  return students.reduce(
    (all, student) => (decisionFor(student, all) ? all : decide(all, student, { status: 'present' })),
    decisions,
  );
}

/** What is sent, with the version each decision was made on, so that nobody is overwritten unseen. */
export function toRecords(
  decisions: Decisions,
  students: readonly StudentAttendance[],
  overwrite: ReadonlyMap<string, number | null> = new Map(),
): MarkStudent[] {
  return students.flatMap((student): MarkStudent[] => {
    const decision = decisions.get(student.enrollment_id);
    if (!decision) return [];
    const seen = overwrite.has(student.enrollment_id)
      ? overwrite.get(student.enrollment_id)
      : (student.record?.version ?? null);
    return [
      {
        enrollment_id: student.enrollment_id,
        status: decision.status,
        notes: decision.notes.trim() || null,
        version: seen,
      },
    ];
  });
}

/** What stays undecided after a save: only what the server did not take. */
export function afterSave(decisions: Decisions, verdicts: readonly AttendanceVerdict[]): Decisions {
  const kept = new Map(decisions);
  for (const { enrollment_id, verdict } of verdicts) {
    if (verdict === 'written' || verdict === 'unchanged') kept.delete(enrollment_id);
  }
  return kept;
}

export function countMarks(
  students: readonly StudentAttendance[],
  decisions: Decisions,
): Record<AttendanceMark, number> & { open: number } {
  const counts = { present: 0, absent: 0, late: 0, excused: 0, open: 0 };
  for (const student of students) counts[decisionFor(student, decisions)?.status ?? 'open'] += 1;
  return counts;
}

/** From here on somebody should ask; the listing for the whole institution begins there too. */
const ABSENCE_PERCENT = 25;
/** Before that one absence is a quarter, and says nothing. */
const FEWEST_CLASSES = 4;

/** Excused counts for nothing, late counts as present. */
export function misses({ tally }: Pick<StudentAttendance, 'tally'>): boolean {
  const counted = tally.present + tally.late + tally.absent;
  return counted >= FEWEST_CLASSES && tally.absent * 100 >= counted * ABSENCE_PERCENT;
}

/** By any part of a name, or by number. */
export function matching(students: readonly StudentAttendance[], text: string): StudentAttendance[] {
  const wanted = text.trim().toLowerCase();
  return students.filter(({ student }) =>
    `${student.full_name} ${student.student_id ?? ''}`.toLowerCase().includes(wanted),
  );
}

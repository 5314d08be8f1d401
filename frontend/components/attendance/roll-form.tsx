'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { LeaveGuard } from '@/components/ui/leave-guard';
import { Notice } from '@/components/ui/notice';
import { SearchInput } from '@/components/ui/search-input';
import { toast } from '@/components/ui/toast-queue';
import { markClass, type MeetingId } from '@/lib/api/attendance';
import { explain } from '@/lib/api/explain';
import { toProblem } from '@/lib/api/problem';
import type { AttendanceVerdict, StudentAttendance } from '@/lib/api/types';
import { formatWeekday } from '@/lib/dates';
import { plural } from '@/lib/numbers';
import { useSaveKey } from '@/lib/unsaved';
import {
  afterSave,
  countMarks,
  decide,
  MARKS,
  matching,
  nothingDecided,
  restPresent,
  toRecords,
  type Decisions,
} from './roll';
import { RollList } from './roll-list';

interface RollProps {
  courseId: string;
  at: MeetingId;
  today: string;
  makeUp: boolean;
  students: StudentAttendance[];
  onOpen: (student: StudentAttendance) => void;
}

const FILTER_FROM = 12;

export function Roll({ courseId, at, today, makeUp, students, onOpen }: RollProps) {
  const [decisions, setDecisions] = useState<Decisions>(nothingDecided);
  const [conflicts, setConflicts] = useState<ReadonlyMap<string, AttendanceVerdict>>(new Map());
  const [search, setSearch] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const counts = countMarks(students, decisions);
  const unsaved = decisions.size;

  const save = async (all = decisions, overwrite?: ReadonlyMap<string, number | null>) => {
    if (busy || all.size === 0) return;
    setBusy(true);
    setFailure(null);
    try {
      const { verdicts, written, unchanged, refused } = await markClass(courseId, {
        ...at,
        make_up: makeUp,
        all_or_nothing: false,
        records: toRecords(all, students, overwrite),
      });
      setDecisions((now) => afterSave(now, verdicts));
      setConflicts(
        new Map(
          verdicts
            .filter(({ verdict }) => verdict !== 'written' && verdict !== 'unchanged')
            .map((verdict) => [verdict.enrollment_id, verdict]),
        ),
      );
      if (refused === 0) toast({ tone: 'done', title: savedLine(written + unchanged, at, today) });
    } catch (error) {
      const { code } = toProblem(error);
      setFailure(
        code === 'no_class_that_day'
          ? 'There is no class on this day. Tick “Make-up class” if it was held all the same.'
          : explain(error),
      );
    } finally {
      setBusy(false);
    }
  };

  useSaveKey(() => void save());

  const without = (id: string) => {
    setConflicts((all) => new Map([...all].filter(([key]) => key !== id)));
  };
  const takeTheirs = ({ enrollment_id }: StudentAttendance) => {
    setDecisions((all) => new Map([...all].filter(([key]) => key !== enrollment_id)));
    without(enrollment_id);
  };
  const keepMine = ({ enrollment_id }: StudentAttendance) => {
    const decision = decisions.get(enrollment_id);
    const seen = conflicts.get(enrollment_id)?.record?.version ?? null;
    without(enrollment_id);
    if (decision) void save(new Map([[enrollment_id, decision]]), new Map([[enrollment_id, seen]]));
  };

  const shown = matching(students, search);
  return (
    <section aria-label={`Roll of ${formatWeekday(at.date)}`} className="mt-4">
      <LeaveGuard unsaved={unsaved > 0} what="What you marked for this class is lost." />
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <Button
          look={counts.open > 0 ? 'primary' : 'plain'}
          disabledReason={counts.open > 0 ? null : 'Everybody is marked already'}
          onClick={() => setDecisions((all) => restPresent(all, students))}
        >
          {counts.open === students.length ? 'Everybody present' : 'The rest present'}
        </Button>
        {students.length >= FILTER_FROM && (
          <SearchInput
            label="Find a student"
            placeholder="Find a student"
            value={search}
            onSearch={setSearch}
            className="min-w-40 flex-1 md:max-w-64"
          />
        )}
        <p className="ml-auto text-xs text-muted max-md:hidden">
          <kbd className="kbd">↑</kbd> <kbd className="kbd">↓</kbd> student ·{' '}
          {MARKS.map(({ key, label }) => (
            <span key={key}>
              <kbd className="kbd">{key}</kbd> {label.toLowerCase()}{' '}
            </span>
          ))}
          · <kbd className="kbd">Ctrl S</kbd> save
        </p>
      </div>
      {failure && (
        <div className="mb-2">
          <Notice title={failure} />
        </div>
      )}
      {conflicts.size > 0 && (
        <div className="mb-2">
          <Notice
            tone="warn"
            title={`${plural(conflicts.size, 'student')} could not be marked; everybody else is saved.`}
          >
            Each is explained in the list.
          </Notice>
        </div>
      )}
      <RollList
        students={shown}
        decisions={decisions}
        conflicts={conflicts}
        onDecide={(student, change) => setDecisions((all) => decide(all, student, change))}
        onTakeTheirs={takeTheirs}
        onKeepMine={keepMine}
        onOpen={onOpen}
      />
      {shown.length === 0 && (
        <p className="card px-4 py-8 text-center text-muted">Nobody of this class is called that.</p>
      )}
      <div className="sticky bottom-0 z-10 mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-bg py-3 max-md:bottom-14">
        <Button
          look="primary"
          busy={busy}
          disabledReason={
            unsaved > 0 ? null : counts.open > 0 ? 'Mark somebody first' : 'Everything is saved'
          }
          onClick={() => void save()}
        >
          {busy ? 'Saving…' : 'Save roll'}
        </Button>
        <p aria-live="polite" className="text-sm text-muted tabular-nums">
          {[
            ...MARKS.filter(({ mark }) => counts[mark] > 0).map(
              ({ mark, label }) => `${counts[mark]} ${label.toLowerCase()}`,
            ),
            counts.open > 0 && `${counts.open} not marked`,
          ]
            .filter(Boolean)
            .join(' · ')}
          {unsaved > 0 && <span className="text-accent"> · {unsaved} not saved</span>}
        </p>
      </div>
    </section>
  );
}

function savedLine(count: number, at: MeetingId, today: string): string {
  const day = at.date === today ? 'today' : formatWeekday(at.date);
  return `The roll of ${day} is saved: ${plural(count, 'student')}`;
}

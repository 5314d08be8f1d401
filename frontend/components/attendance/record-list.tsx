'use client';

import type { AttendanceMark, AttendanceRecord } from '@/lib/api/types';
import { formatMoment, formatWeekday } from '@/lib/dates';
import { MARKS } from './roll';

const tones: Record<AttendanceMark, string> = {
  present: 'text-good',
  absent: 'text-bad font-medium',
  late: 'text-warn font-medium',
  excused: 'text-accent',
};

const words = new Map(MARKS.map(({ mark, label }) => [mark, label]));

/** Every meeting that was marked, newest first. */
export function RecordList({ records }: { records: AttendanceRecord[] }) {
  if (records.length === 0)
    return <p className="px-4 py-6 text-center text-sm text-muted">Nothing is marked yet.</p>;
  return (
    <ul className="divide-y divide-line">
      {records.toReversed().map((record) => (
        <li key={record.id} className="px-4 py-2 text-sm">
          <div className="flex items-baseline justify-between gap-3">
            <span className="tabular-nums">
              {formatWeekday(record.date)}
              {record.meeting > 1 && <span className="text-muted"> · meeting {record.meeting}</span>}
              {record.make_up && <span className="text-muted"> · make-up</span>}
            </span>
            <span className={tones[record.status]}>{words.get(record.status)}</span>
          </div>
          {record.notes && <p className="text-muted">{record.notes}</p>}
          {record.version > 1 && (
            <p className="text-xs text-muted">Corrected, last on {formatMoment(record.marked_at)}</p>
          )}
        </li>
      ))}
    </ul>
  );
}

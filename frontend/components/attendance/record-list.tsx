'use client';

import { useQuery } from '@tanstack/react-query';
import { enrollmentCorrections } from '@/lib/api/attendance';
import type { AttendanceCorrection, AttendanceMark, AttendanceRecord } from '@/lib/api/types';
import { formatMoment, formatWeekday } from '@/lib/dates';
import { Correction } from './correction';
import { wordFor } from './roll';

const tones: Record<AttendanceMark, string> = {
  present: 'text-good',
  absent: 'text-bad font-medium',
  late: 'text-warn font-medium',
  excused: 'text-accent',
};

const isCorrected = ({ version }: AttendanceRecord) => version > 1;

/** Every meeting that was marked, newest first, each with what it was before. */
export function RecordList({ enrollmentId, records }: { enrollmentId: string; records: AttendanceRecord[] }) {
  const { data: corrections } = useQuery({
    ...enrollmentCorrections(enrollmentId),
    enabled: records.some(isCorrected),
  });
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
            <span className={tones[record.status]}>{wordFor(record.status)}</span>
          </div>
          {record.notes && <p className="text-muted">{record.notes}</p>}
          {isCorrected(record) && (
            <Corrected
              record={record}
              corrections={corrections?.filter(({ attendance_id }) => attendance_id === record.id)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function Corrected({
  record,
  corrections,
}: {
  record: AttendanceRecord;
  corrections: AttendanceCorrection[] | undefined;
}) {
  return (
    <>
      <p className="text-xs text-muted">Corrected, last on {formatMoment(record.marked_at)}</p>
      {corrections && corrections.length > 0 && (
        <ol className="mt-1.5 grid gap-1.5 border-l border-line pl-3">
          {corrections.map((correction) => (
            <li key={correction.version}>
              <Correction correction={correction} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

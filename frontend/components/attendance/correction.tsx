import type { AttendanceCorrection } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { wordFor } from './roll';

/** "Absent → Present", who did it and when, and the note where it changed. */
export function Correction({ correction }: { correction: AttendanceCorrection }) {
  const { old_status, new_status, old_notes, new_notes, by, at } = correction;
  return (
    <>
      <p>
        {old_status === new_status ? (
          'Note changed'
        ) : (
          <>
            {wordFor(old_status)} → <b className="font-medium">{wordFor(new_status)}</b>
          </>
        )}
      </p>
      {old_notes !== new_notes && (
        <p className="text-xs text-muted">
          Note: {old_notes ? `“${old_notes}”` : 'none'} → {new_notes ? `“${new_notes}”` : 'none'}
        </p>
      )}
      <p className="text-xs text-muted">
        {by?.full_name ?? 'The system'} · {formatMoment(at)}
      </p>
    </>
  );
}

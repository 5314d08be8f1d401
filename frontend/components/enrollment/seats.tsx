import type { Course } from '@/lib/api/types';
import { formatCount } from '@/lib/numbers';

export const UNLIMITED = 9999;

/** A bar that fills as the course does, and the seats left in words or figures. */
export function Seats({ course, detailed }: { course: Course; detailed?: boolean }) {
  const {
    capacity,
    enrolled_count: taken,
    seats_left: left,
    waitlist_count: waiting,
    my_enrollment: mine,
  } = course;
  if (capacity >= UNLIMITED) return <span className="text-sm text-muted">no limit</span>;

  const share = capacity === 0 ? 1 : Math.min(1, taken / capacity);
  const [bar, text] =
    left === 0 ? ['bg-bad', 'text-bad'] : left <= 5 ? ['bg-warn', 'text-warn'] : ['bg-good', ''];
  return (
    <span className="flex items-center gap-2 text-sm tabular-nums">
      <span
        aria-hidden
        className={`relative h-1 overflow-hidden rounded-full bg-line ${detailed ? 'w-24' : 'w-10 shrink-0'}`}
      >
        <span
          className={`absolute inset-y-0 left-0 rounded-full ${bar}`}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span className={`whitespace-nowrap ${text}`}>
        {left === 0 ? 'full' : formatCount(left)}
        <span className={detailed ? 'text-muted' : 'sr-only'}>
          {left === 0 ? '' : ' left'} {`(${formatCount(taken)} of ${formatCount(capacity)} taken)`}
        </span>
        {mine?.status === 'pending' ? (
          <span className="font-medium text-accent"> · you are #{mine.waitlist_position}</span>
        ) : (
          waiting > 0 && <span className="text-muted"> · {formatCount(waiting)} waiting</span>
        )}
      </span>
    </span>
  );
}

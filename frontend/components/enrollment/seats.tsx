import type { Course } from '@/lib/api/types';
import { formatCount } from '@/lib/numbers';

export const UNLIMITED = 9999;

type Variant = 'table' | 'line' | 'full';

/** A bar that fills as the course does, and the seats left in figures; the waitlist where there is one. */
export function Seats({ course, variant = 'table' }: { course: Course; variant?: Variant }) {
  const { capacity, enrolled_count: taken, seats_left: left } = course;
  if (capacity >= UNLIMITED) return <span className="text-sm text-muted">no seat limit</span>;

  const share = capacity === 0 ? 1 : Math.min(1, taken / capacity);
  const [bar, ink] =
    left === 0
      ? ['bg-bad', 'text-bad']
      : left <= Math.max(1, capacity * 0.15)
        ? ['bg-warn', 'text-warn']
        : ['bg-good', ''];
  const queue = queueText(course);
  return (
    <span className="flex items-center gap-2 text-sm tabular-nums">
      <span
        aria-hidden
        className={`relative h-1 shrink-0 overflow-hidden rounded-full bg-line ${variant === 'full' ? 'w-20' : 'w-10'}`}
      >
        <span
          className={`absolute inset-y-0 left-0 rounded-full ${bar}`}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span className={`min-w-0 ${variant === 'table' ? '' : 'flex flex-wrap gap-x-1.5'}`}>
        <span className={`block whitespace-nowrap ${ink}`}>
          {left === 0 && variant !== 'full' ? 'full' : formatCount(left)}
          {(left > 0 || variant === 'full') && (
            <span className={variant === 'table' ? 'sr-only' : ''}> left</span>
          )}
          <span className={variant === 'full' ? 'text-muted' : 'sr-only'}> of {formatCount(capacity)}</span>
        </span>
        {queue && (
          <span
            className={`block whitespace-nowrap ${variant === 'table' ? 'text-2xs' : ''} ${course.my_enrollment?.status === 'pending' ? 'font-medium text-accent' : 'text-muted'}`}
          >
            {queue}
          </span>
        )}
      </span>
    </span>
  );
}

function queueText({ my_enrollment: mine, waitlist_count: waiting }: Course): string {
  if (mine?.status === 'pending') return `you are #${mine.waitlist_position}`;
  return waiting > 0 ? `${formatCount(waiting)} waiting` : '';
}

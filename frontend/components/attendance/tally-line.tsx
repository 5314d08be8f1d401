import type { AttendanceTally } from '@/lib/api/types';
import { formatPercent } from '@/lib/numbers';
import { MARKS } from './roll';

/** "92.5 % · 11 present · 1 absent"; in a list the rates stand below each other, at the end. */
export function TallyLine({ tally, inList }: { tally: AttendanceTally; inList?: boolean }) {
  const parts = MARKS.filter(({ mark }) => tally[mark] > 0).map(
    ({ mark, label }) => `${tally[mark]} ${label.toLowerCase()}`,
  );
  return (
    <p
      className={`text-sm text-muted tabular-nums ${inList ? 'sm:flex sm:flex-row-reverse sm:items-baseline' : ''}`}
    >
      {tally.rate != null && (
        <span
          className={`mr-2 text-base font-semibold text-ink ${inList ? 'sm:mr-0 sm:w-20 sm:text-right' : ''}`}
        >
          {formatPercent(tally.rate)}
        </span>
      )}
      {parts.length ? parts.join(' · ') : 'nothing marked yet'}
    </p>
  );
}

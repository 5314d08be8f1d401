import type { AttendanceTally } from '@/lib/api/types';
import { formatPercent } from '@/lib/numbers';
import { MARKS } from './roll';

/** "92.5 % · 11 present · 1 absent". */
export function TallyLine({ tally }: { tally: AttendanceTally }) {
  const parts = MARKS.filter(({ mark }) => tally[mark] > 0).map(
    ({ mark, label }) => `${tally[mark]} ${label.toLowerCase()}`,
  );
  return (
    <p className="text-sm text-muted tabular-nums">
      {tally.rate != null && (
        <span className="mr-2 text-base font-semibold text-ink">{formatPercent(tally.rate)}</span>
      )}
      {parts.length ? parts.join(' · ') : 'nothing marked yet'}
    </p>
  );
}

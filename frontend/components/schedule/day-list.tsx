import Link from 'next/link';
import { formatDateRange } from '@/lib/dates';
import { paths } from '@/lib/paths';
import { courseLabel, DAY_NAMES, formatTime } from '@/lib/schedule';
import type { LanedBlock, Week } from './week-model';

/** The week on a phone: one list for each day that has something. */
export function DayList({ week, hues }: { week: Week; hues: Map<string, number> }) {
  return (
    <div className="space-y-5">
      {week.days
        .map((day) => ({ day, blocks: week.byDay.get(day) ?? [] }))
        .filter(({ blocks }) => blocks.length > 0)
        .map(({ day, blocks }) => (
          <section key={day} aria-labelledby={`list-${day}`}>
            <h2 id={`list-${day}`} className="mb-1.5 text-sm font-semibold">
              {DAY_NAMES[day].long}
            </h2>
            <ul className="card divide-y divide-line overflow-hidden">
              {blocks.map((block) => (
                <li key={`${block.course.id}-${block.start}-${block.from ?? ''}`}>
                  <DayEntry block={block} hue={hues.get(block.course.id)} />
                </li>
              ))}
            </ul>
          </section>
        ))}
    </div>
  );
}

export function DayEntry({
  block,
  hue,
}: {
  block: Omit<LanedBlock, 'lane' | 'lanes'>;
  hue: number | undefined;
}) {
  const { course, kind, clash } = block;
  const where = [block.room ?? course.room, block.type, formatDateRange(block.from, block.to)].filter(
    Boolean,
  );
  return (
    <Link
      href={paths.course(course.id)}
      prefetch={false}
      className="grid min-h-14 grid-cols-[3rem_3px_minmax(0,1fr)] gap-x-3 px-4 py-2.5 -outline-offset-2 hover:bg-sunken/60"
    >
      <span className="text-sm tabular-nums">
        <span className={`block font-medium ${clash ? 'text-bad' : ''}`}>{formatTime(block.start)}</span>
        <span className="block text-muted">{formatTime(block.end)}</span>
      </span>
      <span aria-hidden data-hue={hue} className="rounded-full bg-(--block-line)" />
      <span className="min-w-0">
        <span className="block truncate">
          <span className="font-semibold">{courseLabel(course)}</span> {course.name}
        </span>
        <span className="block truncate text-sm text-muted">
          {kind === 'waiting' && <span className="font-medium text-accent">waitlist · </span>}
          {clash && <span className="font-medium text-bad">clash · </span>}
          {where.join(' · ') || 'Room not assigned yet'}
        </span>
      </span>
    </Link>
  );
}

import Link from 'next/link';
import { formatDateRange } from '@/lib/dates';
import { paths } from '@/lib/paths';
import { courseLabel, DAY_NAMES, formatSpan, formatTime } from '@/lib/schedule';
import { hoursBetween } from './mini-week';
import { frame, type LanedBlock, type Week } from './week-model';

const HOUR_PX = 60;
/** Below this there is room for two lines only. */
const SHORT = 60;

/** The week on a wide screen. Lists stand behind the columns, so that it also reads day by day. */
export function WeekGrid({ week, hues }: { week: Week; hues: Map<string, number> }) {
  const height = ((week.to - week.from) / 60) * HOUR_PX;
  const hours = hoursBetween(week.from, week.to).slice(1, -1);
  const columns = { gridTemplateColumns: `3.25rem repeat(${week.days.length}, minmax(0, 1fr))` };

  return (
    <div className="card overflow-hidden">
      <div className="grid h-10 border-b border-line" style={columns}>
        <div />
        {week.days.map((day) => (
          <h2
            key={day}
            id={`day-${day}`}
            className="grid place-items-center border-l border-line text-sm font-semibold tracking-normal"
          >
            {DAY_NAMES[day].long}
          </h2>
        ))}
      </div>
      <div className="relative grid" style={{ ...columns, height }}>
        <div aria-hidden className="relative">
          {hours.map((hour) => (
            <span
              key={hour}
              className="absolute right-2 -translate-y-1/2 text-2xs text-muted tabular-nums"
              style={{ top: ((hour - week.from) / 60) * HOUR_PX }}
            >
              {formatTime(hour)}
            </span>
          ))}
        </div>
        {week.days.map((day) => (
          <ul key={day} aria-labelledby={`day-${day}`} className="relative border-l border-line">
            {hours.map((hour) => (
              <li
                key={hour}
                aria-hidden
                className="absolute inset-x-0 border-t border-line/70"
                style={{ top: ((hour - week.from) / 60) * HOUR_PX }}
              />
            ))}
            {week.byDay.get(day)?.map((block) => (
              <li
                key={`${block.course.id}-${block.start}-${block.from ?? ''}`}
                className="absolute p-0.5"
                style={frame(block, week)}
              >
                <BlockLink block={block} hue={hues.get(block.course.id)} />
              </li>
            ))}
          </ul>
        ))}
      </div>
    </div>
  );
}

function BlockLink({ block, hue }: { block: LanedBlock; hue: number | undefined }) {
  const { course, kind, clash } = block;
  const dates = formatDateRange(block.from, block.to);
  const waiting = kind === 'waiting';
  const short = block.end - block.start < SHORT;
  return (
    <Link
      href={paths.course(course.id)}
      prefetch={false}
      data-hue={hue}
      className={`block-face block h-full overflow-hidden rounded-md px-2 py-1 text-xs leading-4 hover:brightness-[0.98] dark:hover:brightness-110 ${waiting ? 'border border-dashed opacity-80' : ''} ${clash ? 'block-clash' : ''}`}
    >
      <span className="block truncate font-semibold">
        {courseLabel(course)}
        {waiting && !short && <span className="font-normal"> · waitlist</span>}
        {short && <span className="font-normal tabular-nums"> {formatSpan(block)}</span>}
      </span>
      <span className="block truncate">
        {waiting && short && 'Waitlist · '}
        {course.name}
      </span>
      {!short && (
        <span className="block truncate tabular-nums">
          {formatSpan(block)}
          {(block.room ?? course.room) && ` · ${block.room ?? course.room}`}
        </span>
      )}
      {dates && <span className="block truncate">{dates}</span>}
      {clash && <span className="sr-only">clashes with another course</span>}
    </Link>
  );
}

import { DAY_NAMES, type Day } from '@/lib/schedule';
import { huesOf } from './hues';
import { buildWeek, frame, type WeekCourse } from './week-model';

interface MiniWeekProps {
  held: readonly WeekCourse[];
  waiting?: readonly WeekCourse[];
  preview?: WeekCourse | null;
  /** Meant to be taken, and drawn like the preview. */
  planned?: readonly WeekCourse[];
  /** Of `held`, what would go if the preview were taken. */
  leaving?: string;
  days: readonly Day[];
}

/** The week at a glance. It says nothing words beside it do not say, so it is hidden from screen readers. */
const noCourses: readonly WeekCourse[] = [];

export function MiniWeek({
  held,
  waiting = noCourses,
  preview,
  planned = noCourses,
  leaving,
  days,
}: MiniWeekProps) {
  const hues = huesOf([...held, ...waiting]);
  const taken = preview && [...held, ...waiting].some(({ id }) => id === preview.id);
  const week = buildWeek(
    [
      ...held.map((course) => ({ course, kind: 'held' as const })),
      ...waiting.map((course) => ({ course, kind: 'waiting' as const })),
    ],
    days,
  );
  const ghostly = [
    ...planned.filter(({ id }) => id !== preview?.id),
    ...(preview && !taken ? [preview] : []),
  ];
  const ghosts = buildWeek(
    [
      ...held.filter(({ id }) => id !== leaving).map((course) => ({ course, kind: 'held' as const })),
      ...ghostly.map((course) => ({ course, kind: 'ghost' as const })),
    ],
    days,
  );
  const from = Math.min(week.from, ghosts.from);
  const to = Math.max(week.to, ghosts.to);
  const shownDays = week.days.length >= ghosts.days.length ? week.days : ghosts.days;

  return (
    <div aria-hidden className="flex">
      <div className="relative mt-5 w-6 shrink-0">
        {hoursBetween(from, to, 3).map((hour) => (
          <span
            key={hour}
            className="absolute -translate-y-1/2 text-2xs text-muted tabular-nums"
            style={{ top: `${((hour - from) / (to - from)) * 100}%` }}
          >
            {hour / 60}
          </span>
        ))}
      </div>
      {shownDays.map((day) => (
        <div key={day} className="min-w-0 flex-1">
          <div className="h-5 text-center text-2xs text-muted">{DAY_NAMES[day].short}</div>
          <div className="relative h-64 border-l border-line">
            {week.byDay.get(day)?.map((block) => (
              <div
                key={`${block.course.id}-${block.start}`}
                className="absolute p-px"
                style={frame(block, { from, to })}
              >
                <div
                  data-hue={hues.get(block.course.id)}
                  className={`block-face h-full rounded-sm ${block.kind === 'waiting' ? 'opacity-50' : ''} ${block.course.id === leaving ? 'opacity-35' : ''} ${block.clash ? 'block-clash' : ''} ${taken && block.course.id === preview.id ? 'ring-2 ring-accent' : ''}`}
                />
              </div>
            ))}
            {ghosts.byDay
              .get(day)
              ?.filter(({ kind }) => kind === 'ghost')
              .map((block) => (
                <div
                  key={`ghost-${block.course.id}-${block.start}`}
                  className="absolute p-px"
                  style={frame({ ...block, lane: 0, lanes: 1 }, { from, to })}
                >
                  <div
                    className={`block-ghost h-full rounded-sm ${block.course.id === preview?.id ? '' : 'border-solid!'} ${block.clash ? 'border-bad! bg-bad/15!' : ''}`}
                  />
                </div>
              ))}
          </div>
        </div>
      ))}
    </div>
  );
}

export function hoursBetween(from: number, to: number, step = 1): number[] {
  const first = Math.ceil(from / (60 * step)) * 60 * step;
  return Array.from(
    { length: Math.floor((to - first) / (60 * step)) + 1 },
    (_, index) => first + index * 60 * step,
  );
}

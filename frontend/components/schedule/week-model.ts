import { assignLanes, type Laned } from '@/lib/lanes';
import { DAYS, overlaps, parseSchedule, type ApiSchedule, type Day, type Slot } from '@/lib/schedule';

/** What a week can draw: a course's identity, hours and how it should look. */
export interface WeekCourse {
  id: string;
  code: string;
  section: string;
  name: string;
  room?: string | null;
  schedule: ApiSchedule;
}

export interface Block extends Slot {
  course: WeekCourse;
  kind: 'held' | 'waiting' | 'ghost';
  clash: boolean;
}

export type LanedBlock = Laned<Block>;

export interface Week {
  days: Day[];
  /** Whole hours. */
  from: number;
  to: number;
  byDay: Map<Day, LanedBlock[]>;
}

export interface WeekInput {
  course: WeekCourse;
  kind: Block['kind'];
}

const OFFICE = { from: 8 * 60, to: 18 * 60 };

export function buildWeek(inputs: readonly WeekInput[], teachingDays: readonly Day[]): Week {
  const blocks: Block[] = inputs.flatMap(({ course, kind }) =>
    parseSchedule(course.schedule).map((slot) => ({ ...slot, course, kind, clash: false })),
  );
  for (const block of blocks) {
    // Waiting for a course that clashes is allowed; holding two is not.
    block.clash =
      block.kind !== 'waiting' &&
      blocks.some(
        (other) => other.kind !== 'waiting' && other.course.id !== block.course.id && overlaps(block, other),
      );
  }
  const used = new Set(blocks.map(({ day }) => day));
  const days = DAYS.filter((day) => teachingDays.includes(day) || used.has(day));
  const from = Math.min(OFFICE.from, ...blocks.map(({ start }) => start));
  const to = Math.max(OFFICE.to, ...blocks.map(({ end }) => end));
  return {
    days,
    from: Math.floor(from / 60) * 60,
    to: Math.ceil(to / 60) * 60,
    byDay: new Map(days.map((day) => [day, assignLanes(blocks.filter((block) => block.day === day))])),
  };
}

/** Position and size in percent of the drawn day. */
export function frame(
  block: { start: number; end: number; lane: number; lanes: number },
  week: { from: number; to: number },
) {
  const span = week.to - week.from;
  return {
    top: `${((block.start - week.from) / span) * 100}%`,
    height: `${((block.end - block.start) / span) * 100}%`,
    left: `${(block.lane / block.lanes) * 100}%`,
    width: `${100 / block.lanes}%`,
  };
}

import { isoDate } from './dates';
import { DAYS, parseSchedule, type Slot, type Timed } from './schedule';

export interface Meeting<T> extends Slot {
  course: T;
  now: boolean;
}

export interface Agenda<T> {
  date: Date;
  daysAhead: number;
  meetings: Meeting<T>[];
}

interface TermDates {
  starts_on?: string | null;
  ends_on?: string | null;
}

const HORIZON_DAYS = 14;

/** The first day from `now` on that has classes left, within the term. */
export function nextAgenda<T extends Timed>(
  courses: readonly T[],
  now: Date,
  term: TermDates,
): Agenda<T> | null {
  const minute = now.getHours() * 60 + now.getMinutes();
  for (let daysAhead = 0; daysAhead < HORIZON_DAYS; daysAhead += 1) {
    const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysAhead);
    const iso = isoDate(date);
    if ((term.starts_on && iso < term.starts_on) || (term.ends_on && iso > term.ends_on)) continue;
    const day = DAYS[(date.getDay() + 6) % 7];
    const meetings = courses
      .flatMap((course) => parseSchedule(course.schedule).map((slot) => ({ ...slot, course })))
      .filter((slot) => slot.day === day && (slot.from ?? '') <= iso && iso <= (slot.to ?? '9999'))
      .filter((slot) => daysAhead > 0 || slot.end > minute)
      .map((slot) => ({ ...slot, now: daysAhead === 0 && slot.start <= minute }))
      .sort((a, b) => a.start - b.start);
    if (meetings.length > 0) return { date, daysAhead, meetings };
  }
  return null;
}

/** A course's weekly hours: reading the API's shape, comparing, printing. */

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof DAYS)[number];

/** What the API sends: `{ monday: ['09:00-11:00', { time, from, to, room, type }] }`. */
export interface ApiSlot {
  time: string;
  from?: string | null;
  to?: string | null;
  room?: string | null;
  type?: string | null;
}
export type ApiSchedule = Partial<Record<string, (string | ApiSlot)[]>>;

/** One weekly meeting; minutes since midnight, the end is not part of it. */
export interface Slot {
  day: Day;
  start: number;
  end: number;
  from?: string;
  to?: string;
  room?: string;
  type?: string;
}

export const DAY_NAMES: Record<Day, { long: string; short: string }> = {
  monday: { long: 'Monday', short: 'Mo' },
  tuesday: { long: 'Tuesday', short: 'Tu' },
  wednesday: { long: 'Wednesday', short: 'We' },
  thursday: { long: 'Thursday', short: 'Th' },
  friday: { long: 'Friday', short: 'Fr' },
  saturday: { long: 'Saturday', short: 'Sa' },
  sunday: { long: 'Sunday', short: 'Su' },
};

export function isDay(value: string): value is Day {
  return (DAYS as readonly string[]).includes(value);
}

export function parseTime(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!match) return null;
  const [hours, minutes] = [Number(match[1]), Number(match[2])];
  return minutes < 60 && hours * 60 + minutes <= 24 * 60 ? hours * 60 + minutes : null;
}

export function formatTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}

export function formatSpan(slot: { start: number; end: number }): string {
  return `${formatTime(slot.start)}–${formatTime(slot.end)}`;
}

function parseSlot(day: Day, raw: string | ApiSlot): Slot[] {
  const { time, from, to, room, type } = typeof raw === 'string' ? ({ time: raw } as ApiSlot) : raw;
  const [start, end] = time.split('-').map(parseTime);
  if (start == null || end == null || start >= end) return [];
  const slot: Slot = { day, start, end };
  if (from) slot.from = from;
  if (to) slot.to = to;
  if (room) slot.room = room;
  if (type) slot.type = type;
  return [slot];
}

/** Slots in week order. What cannot be read is left out: a page must not fall over a bad row. */
export function parseSchedule(schedule: ApiSchedule | null | undefined): Slot[] {
  return DAYS.flatMap((day) => (schedule?.[day] ?? []).flatMap((raw) => parseSlot(day, raw))).sort(
    (a, b) => DAYS.indexOf(a.day) - DAYS.indexOf(b.day) || a.start - b.start,
  );
}

export function toSchedule(slots: readonly Slot[]): ApiSchedule {
  const schedule: ApiSchedule = {};
  for (const { day, start, end, from, to, room, type } of slots) {
    const time = `${formatTime(start)}-${formatTime(end)}`;
    const extra = Object.fromEntries(Object.entries({ from, to, room, type }).filter(([, value]) => value));
    (schedule[day] ??= []).push(Object.keys(extra).length ? { time, ...extra } : time);
  }
  return schedule;
}

/** Dates are inclusive and optional on either side; ISO dates compare as text. */
function datesMeet(a: Slot, b: Slot): boolean {
  return (a.from ?? '') <= (b.to ?? '9999') && (b.from ?? '') <= (a.to ?? '9999');
}

/** Half-open: 09:00–11:00 and 11:00–12:00 only touch. */
export function overlaps(a: Slot, b: Slot): boolean {
  return a.day === b.day && a.start < b.end && b.start < a.end && datesMeet(a, b);
}

export interface Timed {
  id: string;
  code: string;
  section: string;
  semester: string;
  year: number;
  schedule: ApiSchedule;
}

export interface Clash<T> {
  with: T;
  day: Day;
  start: number;
  end: number;
}

/** Which of `mine` clash with `course`, one row for each, with the first overlap. */
export function clashes<T extends Timed>(course: Timed, mine: readonly T[]): Clash<T>[] {
  const slots = parseSchedule(course.schedule);
  return mine.flatMap((other) => {
    if (other.id === course.id || other.semester !== course.semester || other.year !== course.year) return [];
    for (const a of slots) {
      const b = parseSchedule(other.schedule).find((slot) => overlaps(a, slot));
      if (b)
        return [{ with: other, day: a.day, start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) }];
    }
    return [];
  });
}

/** Groups days that share a time: "MoWe 10:00–12:00, Fr 09:00–10:00". */
export function formatSlots(slots: readonly Slot[]): string {
  const byTime = new Map<string, Day[]>();
  for (const slot of slots) {
    const days = byTime.get(formatSpan(slot)) ?? [];
    if (!days.includes(slot.day)) byTime.set(formatSpan(slot), [...days, slot.day]);
  }
  return [...byTime]
    .map(([span, days]) => `${days.map((day) => DAY_NAMES[day].short).join('')} ${span}`)
    .join(', ');
}

/** "BIO209", or "BIO209 · 002" where a course has several sections. */
export function courseLabel(course: { code: string; section: string }): string {
  return course.section === '001' ? course.code : `${course.code} · ${course.section}`;
}

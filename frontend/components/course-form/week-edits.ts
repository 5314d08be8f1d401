import { DAYS, overlaps, type Day, type Slot } from '@/lib/schedule';
import { draft, type DraftSlot } from './values';

const STEP = 15;
const SHORTEST = 15;
const USUAL = 60;
const MIDNIGHT = 24 * 60;

const snap = (minutes: number) => Math.round(minutes / STEP) * STEP;
const within = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);

/** The hours dragged over; a mere click means an hour. */
export function spanOf(anchor: number, pointer: number): { start: number; end: number } {
  const start = within(snap(Math.min(anchor, pointer)), 0, MIDNIGHT - SHORTEST);
  const end = within(snap(Math.max(anchor, pointer)), start, MIDNIGHT);
  return end - start < SHORTEST ? { start, end: Math.min(start + USUAL, MIDNIGHT) } : { start, end };
}

export function moveTo<T extends Slot>(slot: T, day: Day, start: number): T {
  const length = slot.end - slot.start;
  const at = within(snap(start), 0, MIDNIGHT - length);
  return { ...slot, day, start: at, end: at + length };
}

export function moveBy<T extends Slot>(slot: T, minutes: number): T {
  return moveTo(slot, slot.day, slot.start + minutes);
}

export function endAt<T extends Slot>(slot: T, end: number): T {
  return { ...slot, end: within(snap(end), slot.start + SHORTEST, MIDNIGHT) };
}

export function startAt<T extends Slot>(slot: T, start: number): T {
  return { ...slot, start: within(snap(start), 0, slot.end - SHORTEST) };
}

export function stepDay<T extends Slot>(slot: T, step: number, days: readonly Day[]): T {
  const day = days[days.indexOf(slot.day) + step];
  return day ? { ...slot, day } : slot;
}

/** A first guess for "Add a time": the hours of the last slot on the next day that is free then. */
export function nextSlot(slots: readonly Slot[], days: readonly Day[]): DraftSlot {
  const last = slots.at(-1) ?? { start: 9 * 60, end: 10 * 60 };
  const free = days
    .map((day) => ({ day, start: last.start, end: last.end }))
    .find((guess) => !slots.some((slot) => overlaps(slot, guess)));
  return draft(free ?? { day: days[0] ?? DAYS[0], start: last.start, end: last.end });
}

/** Arrows move; with Shift, up and down move the end. */
export function changeByKey<T extends Slot>(
  key: string,
  shift: boolean,
  slot: T,
  days: readonly Day[],
): T | null {
  const vertical = { ArrowUp: -STEP, ArrowDown: STEP }[key];
  if (vertical) return shift ? endAt(slot, slot.end + vertical) : moveBy(slot, vertical);
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key];
  return sideways ? stepDay(slot, sideways, days) : null;
}

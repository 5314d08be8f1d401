import { describe, expect, it } from 'vitest';
import type { Slot } from '@/lib/schedule';
import { endAt, moveBy, moveTo, nextSlot, spanOf, startAt, stepDay } from './week-edits';

const slot: Slot = { day: 'monday', start: 540, end: 630 };

describe('editing on the week', () => {
  it('snaps a drag to quarters, in either direction; a click is an hour', () => {
    expect(spanOf(543, 628)).toEqual({ start: 540, end: 630 });
    expect(spanOf(628, 543)).toEqual({ start: 540, end: 630 });
    expect(spanOf(540, 541)).toEqual({ start: 540, end: 600 });
  });

  it('keeps the length while moving, and stays within the day', () => {
    expect(moveTo(slot, 'friday', 607)).toEqual({ day: 'friday', start: 600, end: 690 });
    expect(moveBy(slot, -10_000)).toMatchObject({ start: 0, end: 90 });
    expect(moveBy(slot, 10_000)).toMatchObject({ start: 1350, end: 1440 });
  });

  it('never makes a slot shorter than a quarter', () => {
    expect(endAt(slot, 100)).toMatchObject({ start: 540, end: 555 });
    expect(startAt(slot, 1000)).toMatchObject({ start: 615, end: 630 });
  });

  it('stops at the first and last day', () => {
    const days = ['monday', 'tuesday'] as const;
    expect(stepDay(slot, -1, days).day).toBe('monday');
    expect(stepDay(slot, 1, days).day).toBe('tuesday');
  });

  it('guesses the same hours on the next free day', () => {
    expect(nextSlot([slot], ['monday', 'wednesday'])).toMatchObject({
      day: 'wednesday',
      start: 540,
      end: 630,
    });
    expect(nextSlot([], ['monday'])).toMatchObject({ day: 'monday', start: 540, end: 600 });
  });
});

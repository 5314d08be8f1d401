import { describe, expect, it } from 'vitest';
import {
  clashes,
  courseLabel,
  formatSlots,
  formatSpan,
  overlaps,
  parseSchedule,
  parseTime,
  toSchedule,
  type ApiSchedule,
  type Slot,
} from './schedule';

const slot = (start: string, end: string, rest: Partial<Slot> = {}): Slot => ({
  day: 'monday',
  start: parseTime(start) ?? -1,
  end: parseTime(end) ?? -1,
  ...rest,
});

const course = (id: string, schedule: ApiSchedule, rest = {}) => ({
  id,
  code: id.toUpperCase(),
  section: '001',
  semester: 'fall',
  year: 2026,
  schedule,
  ...rest,
});

describe('parseTime', () => {
  it.each([
    ['09:30', 570],
    ['9:05', 545],
    ['00:00', 0],
    ['24:00', 1440],
  ])('reads %s', (text, minutes) => expect(parseTime(text)).toBe(minutes));

  it.each(['', '9', '9.30', '12:60', '24:01', '25:00', 'noon'])('refuses %j', (text) =>
    expect(parseTime(text)).toBeNull(),
  );
});

describe('parseSchedule', () => {
  it('reads plain and detailed slots, in week order', () => {
    const slots = parseSchedule({
      friday: [{ time: '14:00-15:00', from: '2026-10-01', to: '2026-11-15', room: 'A1', type: 'LAB' }],
      monday: ['13:00-14:00', '09:00-11:00'],
    });
    expect(slots.map((each) => [each.day, formatSpan(each)])).toEqual([
      ['monday', '09:00–11:00'],
      ['monday', '13:00–14:00'],
      ['friday', '14:00–15:00'],
    ]);
    expect(slots[2]).toMatchObject({ from: '2026-10-01', to: '2026-11-15', room: 'A1', type: 'LAB' });
  });

  it('leaves out what it cannot read instead of failing', () => {
    expect(parseSchedule({ monday: ['morning', '11:00-09:00', '10:00-10:00', '10:00-'] })).toEqual([]);
    expect(parseSchedule({ someday: ['09:00-10:00'] })).toEqual([]);
    expect(parseSchedule(null)).toEqual([]);
  });

  it('survives the way back', () => {
    const schedule: ApiSchedule = {
      monday: ['09:00-11:00'],
      tuesday: [{ time: '08:15-09:45', from: '2026-10-01', room: 'B2' }],
    };
    expect(toSchedule(parseSchedule(schedule))).toEqual(schedule);
  });
});

describe('overlaps', () => {
  const nineToEleven = slot('09:00', '11:00');

  it.each([
    ['the same hours', slot('09:00', '11:00'), true],
    ['inside', slot('09:30', '10:00'), true],
    ['around', slot('08:00', '12:00'), true],
    ['one minute into the end', slot('10:59', '12:00'), true],
    ['touching at the end', slot('11:00', '12:00'), false],
    ['touching at the beginning', slot('08:00', '09:00'), false],
    ['another day', slot('09:00', '11:00', { day: 'tuesday' }), false],
  ])('%s', (_, other, expected) => {
    expect(overlaps(nineToEleven, other)).toBe(expected);
    expect(overlaps(other, nineToEleven)).toBe(expected);
  });

  it.each([
    ['halves of a term', { to: '2026-10-15' }, { from: '2026-10-16' }, false],
    ['a shared last day', { to: '2026-10-15' }, { from: '2026-10-15' }, true],
    ['dated against undated', { from: '2026-10-01', to: '2026-10-15' }, {}, true],
    [
      'nested dates',
      { from: '2026-09-01', to: '2026-12-20' },
      { from: '2026-10-01', to: '2026-10-02' },
      true,
    ],
  ])('dates: %s', (_, a, b, expected) => {
    expect(overlaps(slot('09:00', '10:00', a), slot('09:00', '10:00', b))).toBe(expected);
    expect(overlaps(slot('09:00', '10:00', b), slot('09:00', '10:00', a))).toBe(expected);
  });
});

describe('clashes', () => {
  const mine = [course('bio209', { monday: ['10:00-12:00'], wednesday: ['10:00-12:00'] })];

  it('names the other course and where it overlaps, once', () => {
    const found = clashes(course('cs101', { monday: ['11:00-13:00'], wednesday: ['09:00-11:00'] }), mine);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ with: { code: 'BIO209' }, day: 'monday', start: 660, end: 720 });
  });

  it('knows no clash with itself, another term or hours that only touch', () => {
    expect(clashes(course('bio209', { monday: ['10:00-12:00'] }), mine)).toEqual([]);
    expect(clashes(course('cs101', { monday: ['10:00-12:00'] }, { year: 2027 }), mine)).toEqual([]);
    expect(clashes(course('cs101', { monday: ['12:00-13:00'] }), mine)).toEqual([]);
  });
});

describe('formatting', () => {
  it('groups days that share a time', () => {
    const slots = parseSchedule({
      monday: ['10:00-12:00'],
      wednesday: ['10:00-12:00'],
      friday: ['09:00-10:00'],
    });
    expect(formatSlots(slots)).toBe('MoWe 10:00–12:00, Fr 09:00–10:00');
  });

  it('says a section only where there are several', () => {
    expect(courseLabel({ code: 'BIO209', section: '001' })).toBe('BIO209');
    expect(courseLabel({ code: 'BIO209', section: '002' })).toBe('BIO209 · 002');
  });
});

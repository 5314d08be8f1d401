import { describe, expect, it } from 'vitest';
import { nextAgenda } from './agenda';
import type { ApiSchedule } from './schedule';

const course = (code: string, schedule: ApiSchedule) => ({
  id: code,
  code,
  section: '001',
  semester: 'fall',
  year: 2026,
  schedule,
});
const term = { starts_on: '2026-09-01', ends_on: '2026-12-20' };
/** A Tuesday. */
const tuesday = (time: string) => new Date(`2026-11-24T${time}:00`);
const codes = (agenda: ReturnType<typeof nextAgenda>) => agenda?.meetings.map(({ course: { code } }) => code);

describe('nextAgenda', () => {
  const courses = [
    course('NOON', { tuesday: ['12:00-13:00'] }),
    course('EARLY', { tuesday: ['08:00-09:30'] }),
    course('LATER', { thursday: ['10:00-11:00'] }),
  ];

  it('lists what is left of today, the running class first', () => {
    const agenda = nextAgenda(courses, tuesday('08:30'), term);
    expect(codes(agenda)).toEqual(['EARLY', 'NOON']);
    expect(agenda?.meetings.map(({ now }) => now)).toEqual([true, false]);
    expect(codes(nextAgenda(courses, tuesday('09:30'), term))).toEqual(['NOON']);
  });

  it('goes on to the next day with classes', () => {
    const agenda = nextAgenda(courses, tuesday('18:00'), term);
    expect(codes(agenda)).toEqual(['LATER']);
    expect(agenda?.daysAhead).toBe(2);
  });

  it('keeps to the dates of the term and of the slot', () => {
    expect(nextAgenda(courses, new Date('2026-12-21T08:00:00'), term)).toBeNull();
    const half = [course('HALF', { tuesday: [{ time: '12:00-13:00', to: '2026-11-23' }] })];
    expect(nextAgenda(half, tuesday('08:00'), term)).toBeNull();
  });
});

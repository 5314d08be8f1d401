import { expect, test } from 'vitest';
import type { Course, Term } from '@/lib/api/types';
import { clashes } from '@/lib/schedule';
import { offerFor } from './offers';

const open = { semester: 'fall', year: 2026, registration: 'open' } as Term;

function course(id: string, schedule: Course['schedule'], fields: Partial<Course> = {}): Course {
  return {
    id,
    code: id.toUpperCase(),
    section: '001',
    name: id,
    semester: 'fall',
    year: 2026,
    schedule,
    capacity: 5,
    seats_left: 2,
    waitlist_count: 0,
    is_active: true,
    my_enrollment: null,
    ...fields,
  } as Course;
}

const offer = (wanted: Course, held: Course[], term = open) =>
  offerFor(wanted, term, clashes(wanted, held), held);

const morning = course('art1', { monday: ['09:00-11:00'] });
const noon = course('bio1', { monday: ['11:00-12:00'] });

test('what fits is enrolled in', () => {
  expect(offer(morning, [noon])).toMatchObject({ intent: 'enroll', reason: null });
});

test('one thing in the way is offered in exchange', () => {
  const rival = course('cs1', { monday: ['10:00-11:30'] });
  expect(offer(rival, [morning])).toMatchObject({
    intent: 'swap',
    label: 'Swap with ART1',
    instead: morning,
  });
});

test('two things in the way are a refusal that names the first', () => {
  const rival = course('cs1', { monday: ['10:00-11:30'] });
  const refused = offer(rival, [morning, noon]);
  expect(refused.intent).toBe('enroll');
  expect(refused.reason).toBe('Clashes with ART1 on Monday 10:00–11:00');
});

test('another section of the same course is offered in exchange, though both would fit', () => {
  const other = course('art1-b', { friday: ['09:00-11:00'] }, { code: 'ART1', section: '002' });
  expect(offer(other, [morning])).toMatchObject({ intent: 'swap', instead: morning });
});

test('a section whose exchange would still clash is refused', () => {
  const other = course('art1-b', { monday: ['11:00-12:00'] }, { code: 'ART1', section: '002' });
  expect(offer(other, [morning, noon])).toMatchObject({ intent: 'swap', instead: noon });
  const both = course('art1-c', { monday: ['10:00-12:00'] }, { code: 'ART1', section: '003' });
  expect(offer(both, [morning, noon]).reason).toContain('Clashes with');
});

test('nothing is exchanged for a course that is full, shut or over', () => {
  const rival = course('cs1', { monday: ['10:00-11:30'] });
  expect(offer({ ...rival, seats_left: 0 }, [morning]).intent).toBe('waitlist');
  expect(offer(rival, [morning], { ...open, registration: 'closed' })).toMatchObject({
    intent: 'enroll',
    reason: 'Registration is closed',
  });
  expect(offer({ ...rival, is_active: false }, [morning]).reason).toMatch('not offered');
});

test('giving up a seat others wait for is asked about first', () => {
  const rival = course('cs1', { monday: ['10:00-11:30'] });
  expect(offer(rival, [{ ...morning, waitlist_count: 1 }]).warning).toMatch(/^ART1 is full/);
  expect(offer(rival, [morning]).warning).toBeUndefined();
});

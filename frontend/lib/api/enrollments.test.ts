import { describe, expect, it } from 'vitest';
import { anticipate } from './enrollments';
import type { Course } from './types';

const course = {
  id: 'c1',
  capacity: 2,
  enrolled_count: 1,
  seats_left: 1,
  waitlist_count: 0,
  my_enrollment: null,
} as Course;

describe('anticipate', () => {
  it('takes a seat and gives it back', () => {
    const taken = anticipate(course, 'enroll');
    expect(taken).toMatchObject({ enrolled_count: 2, seats_left: 0, my_enrollment: { status: 'enrolled' } });
    expect(anticipate(taken, 'drop')).toMatchObject({
      enrolled_count: 1,
      seats_left: 1,
      my_enrollment: null,
    });
  });

  it('queues at the end and leaves the seats alone', () => {
    const full = { ...course, enrolled_count: 2, seats_left: 0, waitlist_count: 3 };
    const waiting = anticipate(full, 'waitlist');
    expect(waiting).toMatchObject({
      waitlist_count: 4,
      enrolled_count: 2,
      my_enrollment: { status: 'pending', waitlist_position: 4 },
    });
    expect(anticipate(waiting, 'drop')).toMatchObject({ waitlist_count: 3, enrolled_count: 2 });
  });
});

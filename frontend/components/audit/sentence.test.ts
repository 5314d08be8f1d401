import { expect, test } from 'vitest';
import type { AuditEntry } from '@/lib/api/types';
import { actionLabel } from './actions';
import { factsOf } from './changes';
import { sentenceOf, textOf } from './sentence';

const alex = { id: 'a', full_name: 'Alex Rivera' };
const ada = { id: 'b', full_name: 'Ada Lovelace' };
const cs101 = { id: 'c', code: 'CS101', section: '001', name: 'Programming' };

function say(fields: Partial<AuditEntry>): string {
  return textOf(
    sentenceOf({
      id: 1,
      at: '2026-03-01T10:00:00Z',
      action: '',
      actor: alex,
      facts: {},
      hash: '',
      ...fields,
    }),
  );
}

test.each<[Partial<AuditEntry>, string]>([
  [
    { action: 'course_updated', course: cs101, facts: { capacity: [9, 12] } },
    'Alex Rivera changed the capacity of CS101 from 9 to 12',
  ],
  [{ action: 'course_created', course: cs101 }, 'Alex Rivera created CS101'],
  [
    { action: 'course_updated', course: { ...cs101, section: '002' }, facts: { room: [null, 'B2'] } },
    'Alex Rivera changed the room of CS101 · 002 to B2',
  ],
  [
    { action: 'course_updated', course: cs101, facts: { schedule: [{}, { monday: ['09:00-11:00'] }] } },
    'Alex Rivera changed the schedule of CS101 from no weekly time to Mo 09:00–11:00',
  ],
  [
    { action: 'user_updated', subject: ada, facts: { full_name: ['A', 'B'], department: [null, 'MATH'] } },
    'Alex Rivera changed the name and department of Ada Lovelace',
  ],
  [
    { action: 'user_updated', subject: alex, facts: { password: 'changed' } },
    'Alex Rivera changed their own account',
  ],
  [{ action: 'user_deactivated', subject: ada }, 'Alex Rivera deactivated the account of Ada Lovelace'],
  [
    { action: 'user_updated', subject: ada, facts: { is_active: [false, true] } },
    'Alex Rivera changed the state of Ada Lovelace from inactive to active',
  ],
  [
    { action: 'term_updated', facts: { term: 'fall 2025', dates: { starts_on: '2025-09-01' } } },
    'Alex Rivera set the dates of Fall 2025',
  ],
  [
    { action: 'marks_read', subject: ada, course: cs101 },
    'Alex Rivera read the marks of Ada Lovelace in CS101',
  ],
  [{ action: 'student_enrolled', subject: ada, course: cs101 }, 'Alex Rivera enrolled Ada Lovelace in CS101'],
  [{ action: 'student_dropped', subject: ada, course: cs101 }, 'Alex Rivera removed Ada Lovelace from CS101'],
  [
    { action: 'assignment_created', course: cs101, facts: { name: 'Essay' } },
    'Alex Rivera created the assignment Essay of CS101',
  ],
  [{ action: 'never_heard_of_it', actor: null, course: cs101 }, 'UEMS itself it the never heard of of CS101'],
])('%o', (fields, sentence) => {
  expect(say(fields)).toBe(sentence);
});

test('facts within dates stand by themselves, and an edit is not one of them', () => {
  expect(factsOf({ term: 'fall 2025', dates: { ends_on: null }, capacity: [9, 12] })).toEqual([
    ['term', 'fall 2025'],
    ['ends_on', null],
  ]);
});

test('an action is named for a list', () => {
  expect(actionLabel('user_updated')).toBe('Account changed');
  expect(actionLabel('course_created')).toBe('Course created');
  expect(actionLabel('marks_read')).toBe('Marks read');
});

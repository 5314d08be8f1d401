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
  [{ action: 'roster_exported', course: cs101 }, 'Alex Rivera downloaded the roster of CS101'],
  [{ action: 'payments_read', subject: ada }, 'Alex Rivera read the payments of Ada Lovelace'],
  [{ action: 'payments_read', facts: { count: 20 } }, 'Alex Rivera read the list of payments'],
  [{ action: 'payments_read', facts: { charges: 20 } }, 'Alex Rivera read the list of charges'],
  [
    { action: 'marks_read', facts: { list: 'change requests' } },
    'Alex Rivera read the list of change requests',
  ],
  [
    { action: 'payment_refunded', subject: ada, facts: { amount: '12.50', reason: 'Wrong book' } },
    'Alex Rivera refunded 12.50 of a payment of Ada Lovelace',
  ],
  [
    { action: 'charge_made', subject: ada, facts: { kind: 'fees', amount: '35.00', currency: 'USD' } },
    'Alex Rivera charged Ada Lovelace: 35.00 USD, fees',
  ],
  [
    { action: 'charge_waived', subject: ada, facts: { amount: '120.00', reason: 'Scholarship' } },
    'Alex Rivera waived 120.00 of a charge of Ada Lovelace',
  ],
  [
    {
      action: 'charges_assessed',
      facts: { semester: 'fall', year: 2025, kind: 'tuition', charged: 2, total: '3000.00' },
    },
    'Alex Rivera charged everybody of Fall 2025: 2 students, 3000.00 in all, tuition',
  ],
  [
    { action: 'payments_reconciled', facts: { repaired: 2, unresolved: 0 } },
    'Alex Rivera compared the books with the card provider: 2 put right, 0 left to look at',
  ],
  [
    { action: 'payments_reconciled', facts: { repaired: 2, cut_short: true } },
    'Alex Rivera compared the books with the card provider: 2 put right, and then it was cut short',
  ],
  [{ action: 'payments_read', facts: { events: 2 } }, 'Alex Rivera read the list of open events'],
  [
    { action: 'payment_event_resolved', subject: ada, facts: { type: 'charge.dispute.closed', reason: 'x' } },
    'Alex Rivera resolved the event “Dispute closed” of Ada Lovelace',
  ],
  [
    { action: 'payment_difference_resolved', facts: { kind: 'orphan_intent', reason: 'x' } },
    'Alex Rivera resolved a difference between the books',
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
  expect(actionLabel('charge_made')).toBe('Student charged');
});

import { eventWords } from '@/lib/event-words';
import { formatCount, plural } from '@/lib/numbers';
import { termLabel } from '@/lib/terms';
import type { Semester } from '@/lib/api/types';

type Facts = Record<string, unknown>;

/**
 * What is done, in words: the verb, and what it is done to. An action's name says the same the other way round
 * (`marks_read`), so that one this table does not know can still be read out.
 */
interface Act {
  verb: string;
  thing: string;
  /** How the course of a person's record is joined, where it is not "in". */
  course?: string;
  /** Instead of "the thing", where the facts say more. */
  what?: (facts: Facts) => string;
  /** What the sentence ends with. */
  tail?: (facts: Facts) => string;
}

const known: Record<string, Act> = {
  user_created: { verb: 'created', thing: 'account' },
  user_updated: { verb: 'changed', thing: 'account' },
  user_deactivated: { verb: 'deactivated', thing: 'account' },
  course_created: { verb: 'created', thing: '' },
  course_updated: { verb: 'changed', thing: '' },
  course_deactivated: { verb: 'deactivated', thing: '' },
  term_updated: { verb: 'set', thing: 'dates' },
  student_enrolled: { verb: 'enrolled', thing: '' },
  student_dropped: { verb: 'removed', thing: '', course: 'from' },
  mark_created: { verb: 'gave', thing: 'mark' },
  mark_changed: { verb: 'changed', thing: 'mark' },
  marks_changed: { verb: 'changed', thing: 'marks' },
  mark_deleted: { verb: 'deleted', thing: 'mark' },
  marks_read: {
    verb: 'read',
    thing: 'marks',
    what: ({ list }) => (list ? `the list of ${list}` : 'the marks'),
  },
  mark_change_requested: { verb: 'asked for', thing: 'change of a final mark' },
  mark_change_decided: { verb: 'decided on', thing: 'change of a final mark' },
  final_submitted: { verb: 'submitted', thing: 'final mark' },
  finals_submitted: { verb: 'submitted', thing: 'final marks' },
  assignment_created: { verb: 'created', thing: 'assignment' },
  assignment_changed: { verb: 'changed', thing: 'assignment' },
  assignment_deleted: { verb: 'deleted', thing: 'assignment' },
  attendance_marked: { verb: 'took', thing: 'attendance' },
  attendance_corrected: { verb: 'corrected', thing: 'attendance' },
  attendance_read: { verb: 'read', thing: 'attendance' },
  absences_read: { verb: 'read', thing: 'absences' },
  transcript_read: { verb: 'read', thing: 'transcript' },
  calendar_feed_made: { verb: 'made', thing: 'calendar address' },
  calendar_feed_revoked: { verb: 'ended', thing: 'calendar address' },
  roster_exported: { verb: 'downloaded', thing: 'roster' },
  payments_read: {
    verb: 'read',
    thing: 'payments',
    what: ({ charges, count, events }) => {
      if (events !== undefined) return 'the list of open events';
      if (charges !== undefined) return 'the list of charges';
      return count === undefined ? 'the payments' : 'the list of payments';
    },
  },
  payment_refunded: {
    verb: 'refunded',
    thing: 'payment',
    what: ({ amount }) => `${amount} of a payment`,
  },
  payments_reconciled: {
    verb: 'compared',
    thing: 'payments',
    what: () => 'the books with the card provider',
    tail: ({ repaired, unresolved, cut_short }) =>
      `: ${count(repaired)} put right, ${cut_short ? 'and then it was cut short' : `${count(unresolved)} left to look at`}`,
  },
  payment_event_resolved: {
    verb: 'resolved',
    thing: 'event of the card provider',
    what: ({ type }) => `the event “${eventWords(String(type))}”`,
  },
  payment_difference_resolved: {
    verb: 'resolved',
    thing: 'difference between the books',
    what: () => 'a difference between the books',
  },
  charge_made: {
    verb: 'charged',
    thing: 'student',
    what: () => '',
    tail: ({ amount, currency, kind }) => `: ${amount} ${currency}, ${kind}`,
  },
  charge_waived: { verb: 'waived', thing: 'charge', what: ({ amount }) => `${amount} of a charge` },
  charges_assessed: {
    verb: 'charged',
    thing: 'term',
    what: ({ semester, year }) =>
      `everybody of ${termLabel({ semester: semester as Semester, year: Number(year) })}`,
    tail: ({ charged, total, kind }) => `: ${plural(Number(charged), 'student')}, ${total} in all, ${kind}`,
  },
};

const count = (fact: unknown) => formatCount(Number(fact));

export const knownActions = Object.keys(known);

export function actOf(action: string): Act {
  const act = known[action];
  if (act) return act;
  const words = action.split('_');
  const verb = words.pop() ?? action;
  return { verb, thing: words.join(' ') };
}

/** For a list of filters: "Account changed". */
export function actionLabel(action: string): string {
  const { verb, thing } = actOf(action);
  const text = `${thing || action.split('_')[0]} ${verb}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

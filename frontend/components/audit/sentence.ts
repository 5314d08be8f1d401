import type { AuditEntry, CourseRef } from '@/lib/api/types';
import { courseLabel } from '@/lib/schedule';
import { actOf } from './actions';
import { changesOf, fieldName, valueText, type Change } from './changes';

export type Part =
  | string
  | { person: { id: string; full_name: string } }
  | { course: CourseRef }
  /** A value that was there before or after. */
  | { value: string };

/** "Alex Rivera changed the capacity of CS101 from 9 to 12", in parts of which some are links. */
export function sentenceOf(entry: AuditEntry): Part[] {
  const { verb, thing, course: joined = 'in', what, tail } = actOf(entry.action);
  const who: Part = entry.actor ? { person: entry.actor } : 'UEMS itself';
  const changes = changesOf(entry.facts);
  const spoken = entry.action.endsWith('_updated') ? fieldsOf(changes) : null;
  const { subject, course, facts } = entry;
  const own = subject && subject.id === entry.actor?.id;
  const noun = what ? what(facts) : (spoken?.text ?? thing);
  const parts: Part[] = [who, ` ${verb}`];
  if (noun) parts.push(what ? ` ${noun}` : ` ${own ? 'their own' : 'the'} ${noun}`);
  // An assignment has no other name here than the one among the facts.
  if (typeof facts.name === 'string') parts.push(' ', { value: facts.name });
  if (subject && !own) parts.push(noun ? ' of ' : ' ', { person: subject });
  if (course) parts.push(subject ? ` ${joined} ` : noun ? ' of ' : ' ', { course });
  if (!subject && !course && typeof facts.term === 'string') parts.push(` of ${termName(facts.term)}`);
  if (spoken?.only) parts.push(...fromTo(spoken.only));
  if (tail) parts.push(tail(facts));
  return parts;
}

export function textOf(parts: readonly Part[]): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('person' in part) return part.person.full_name;
      return 'course' in part ? courseLabel(part.course) : part.value;
    })
    .join('');
}

/** "fall 2025", as the log spells it. */
function termName(term: string): string {
  return term.charAt(0).toUpperCase() + term.slice(1);
}

/** Up to three fields are named; one alone also says its values. */
function fieldsOf(changes: readonly Change[]): { text: string; only: Change | null } | null {
  const names = changes.map(({ field }) => fieldName(field));
  if (names.length === 0) return null;
  if (names.length > 3) return { text: `data (${names.length} fields)`, only: null };
  const text = names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return { text: text ?? '', only: changes.length === 1 ? (changes[0] ?? null) : null };
}

function fromTo({ field, before, after }: Change): Part[] {
  const [old, now] = [valueText(field, before), valueText(field, after)];
  // What needs more room than a line is shown with the details.
  if (old === null || now === null || old.length + now.length > 90) return [];
  if (before === null) return [' to ', { value: now }];
  if (after === null) return [', which was ', { value: old }];
  return [' from ', { value: old }, ' to ', { value: now }];
}

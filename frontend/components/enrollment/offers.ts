import type { Look } from '@/components/ui/button';
import type { Intent } from '@/lib/api/enrollments';
import type { Course, Term } from '@/lib/api/types';
import { courseLabel, DAY_NAMES, formatSpan, type Clash } from '@/lib/schedule';
import { registrationReason } from '@/lib/terms';

/** What one press does with a course, and what the button says about it. */
export interface Offer {
  intent: Intent | 'swap';
  label: string;
  short: string;
  name: string;
  look: Look;
  reason: string | null;
  /** What is given up for it. */
  instead?: Course;
  /** Set where Undo could not bring back what is lost. */
  warning?: string;
}

export function clashReason(clash: Clash<Course>): string {
  return `Clashes with ${courseLabel(clash.with)} on ${DAY_NAMES[clash.day].long} ${formatSpan(clash)}`;
}

/**
 * What would make room for a course: another section of it, else the only thing it clashes with. Nothing, where more
 * than one would have to go.
 */
export function inTheWay(
  course: Course,
  clashing: readonly Clash<Course>[],
  held: readonly Course[],
): Course | null {
  const sibling = held.find(
    (other) =>
      other.id !== course.id &&
      other.code === course.code &&
      other.semester === course.semester &&
      other.year === course.year,
  );
  const rivals = clashing.map((clash) => clash.with);
  if (sibling && rivals.every(({ id }) => id === sibling.id)) return sibling;
  return rivals.length === 1 ? (rivals[0] ?? null) : null;
}

export function offerFor(
  course: Course,
  term: Term | undefined,
  clashing: readonly Clash<Course>[],
  held: readonly Course[],
): Offer {
  const label = courseLabel(course);
  const mine = course.my_enrollment?.status;
  if (mine === 'enrolled') {
    return {
      intent: 'drop',
      label: 'Drop',
      short: 'Drop',
      name: `Drop ${label}`,
      look: 'danger',
      reason: null,
      warning: contested(course),
    };
  }
  if (mine === 'pending') {
    return {
      intent: 'drop',
      label: 'Leave waitlist',
      short: 'Leave',
      name: `Leave waitlist of ${label}`,
      look: 'danger',
      reason: null,
      warning: `You would lose place ${course.my_enrollment?.waitlist_position ?? ''}. Joining again puts you at the end.`,
    };
  }
  const shut = course.is_active ? registrationReason(term) : 'This course is not offered any more';
  if (course.seats_left === 0) {
    return {
      intent: 'waitlist',
      label: 'Join waitlist',
      short: 'Waitlist',
      name: `Join waitlist of ${label}`,
      look: 'plain',
      reason: shut,
    };
  }
  const instead = inTheWay(course, clashing, held);
  if (instead && !shut) {
    return {
      intent: 'swap',
      label: `Swap with ${courseLabel(instead)}`,
      short: 'Swap',
      name: `Swap with ${courseLabel(instead)}: take ${label} and drop ${courseLabel(instead)}`,
      look: 'primary',
      reason: null,
      instead,
      warning: contested(instead),
    };
  }
  return enrollOffer(course, shut ?? (clashing[0] ? clashReason(clashing[0]) : null));
}

export function enrollOffer(course: Course, reason: string | null): Offer {
  return {
    intent: 'enroll',
    label: 'Enrol',
    short: 'Enrol',
    name: `Enrol in ${courseLabel(course)}`,
    look: 'primary',
    reason,
  };
}

/** A seat that others wait for does not come back. */
function contested(course: Course): string | undefined {
  return course.waitlist_count > 0 || course.seats_left === 0
    ? `${courseLabel(course)} is full. Somebody else may have your seat before you can change your mind.`
    : undefined;
}

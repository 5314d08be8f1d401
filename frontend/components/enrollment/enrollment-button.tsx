'use client';

import { useIsMutating } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, type Look } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { enrollmentMutationKey, type Intent } from '@/lib/api/enrollments';
import type { Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { courseLabel, DAY_NAMES, formatSpan, type Clash } from '@/lib/schedule';
import { registrationReason } from '@/lib/terms';
import { act } from './actions';

interface EnrollmentButtonProps {
  course: Course;
  term: Term | undefined;
  clash: Clash<Course> | undefined;
  /** The main thing of its page; rows of a list stay quieter and shorter. */
  prominent?: boolean;
}

interface Offer {
  intent: Intent;
  label: string;
  short: string;
  name: string;
  look: Look;
  reason: string | null;
  /** Set where Undo could not bring back what is lost. */
  warning?: string;
}

export function clashReason(clash: Clash<Course>): string {
  return `Clashes with ${courseLabel(clash.with)} on ${DAY_NAMES[clash.day].long} ${formatSpan(clash)}`;
}

function offerFor(course: Course, term: Term | undefined, clash: Clash<Course> | undefined): Offer {
  const label = courseLabel(course);
  const mine = course.my_enrollment?.status;
  if (mine === 'enrolled') {
    const contested = course.waitlist_count > 0 || course.seats_left === 0;
    return {
      intent: 'drop',
      label: 'Drop',
      short: 'Drop',
      name: `Drop ${label}`,
      look: 'danger',
      reason: null,
      warning: contested
        ? `${label} is full. Somebody else may have your seat before you can change your mind.`
        : undefined,
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
  if (course.seats_left > 0) {
    const reason = shut ?? (clash ? clashReason(clash) : null);
    return {
      intent: 'enroll',
      label: 'Enrol',
      short: 'Enrol',
      name: `Enrol in ${label}`,
      look: 'primary',
      reason,
    };
  }
  return {
    intent: 'waitlist',
    label: 'Join waitlist',
    short: 'Waitlist',
    name: `Join waitlist of ${label}`,
    look: 'plain',
    reason: shut,
  };
}

export function EnrollmentButton({ course, term, clash, prominent }: EnrollmentButtonProps) {
  const user = useUser();
  const busy = useIsMutating({ mutationKey: enrollmentMutationKey(course.id) }) > 0;
  const [asking, setAsking] = useState(false);
  const offer = offerFor(course, term, clash);
  const look = offer.look === 'primary' && !prominent ? 'plain' : offer.look;

  if (course.my_enrollment?.status === 'completed')
    return <span className="text-sm text-muted">Completed</span>;

  const run = () => {
    setAsking(false);
    void act(user.id, course, offer.intent);
  };

  return (
    <>
      <Button
        look={look}
        aria-label={offer.name}
        data-enrollment
        disabledReason={offer.reason}
        busy={busy}
        size={prominent ? 'normal' : 'small'}
        className={prominent ? '' : 'min-w-18 max-lg:min-w-22'}
        onClick={offer.warning ? () => setAsking(true) : run}
      >
        {prominent ? offer.label : offer.short}
      </Button>
      {asking && (
        <Confirm
          title={`${offer.name}?`}
          confirm={offer.label}
          onConfirm={run}
          onClose={() => setAsking(false)}
        >
          {offer.warning}
        </Confirm>
      )}
    </>
  );
}

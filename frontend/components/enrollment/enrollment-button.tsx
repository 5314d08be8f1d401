'use client';

import { useIsMutating } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { enrollmentMutationKey } from '@/lib/api/enrollments';
import type { Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import type { Clash } from '@/lib/schedule';
import { act, exchange } from './actions';
import { enrollOffer, offerFor, type Offer } from './offers';

interface EnrollmentButtonProps {
  course: Course;
  term: Term | undefined;
  /** With what of `held` it clashes. */
  clashing: readonly Clash<Course>[];
  held: readonly Course[];
  /** The main thing of its page; rows of a list stay quieter and shorter. */
  prominent?: boolean;
}

export function EnrollmentButton({ course, term, clashing, held, prominent }: EnrollmentButtonProps) {
  const offer = offerFor(course, term, clashing, held);
  if (course.my_enrollment?.status === 'completed')
    return <span className="text-sm text-muted">Completed</span>;

  // Two sections of one course that fit: exchange one, or have both.
  const both = prominent && offer.intent === 'swap' && clashing.length === 0;
  return (
    <>
      {both && (
        <OfferButton course={course} offer={{ ...enrollOffer(course, null), look: 'plain' }} prominent />
      )}
      <OfferButton course={course} offer={offer} prominent={prominent} />
    </>
  );
}

function OfferButton({ course, offer, prominent }: { course: Course; offer: Offer; prominent?: boolean }) {
  const user = useUser();
  const busy = useIsMutating({ mutationKey: enrollmentMutationKey(course.id) }) > 0;
  const [asking, setAsking] = useState(false);
  const look = offer.look === 'primary' && !prominent ? 'plain' : offer.look;

  const run = () => {
    setAsking(false);
    if (offer.intent !== 'swap') void act(user.id, course, offer.intent);
    else if (offer.instead) void exchange(user.id, offer.instead, course);
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
          title={offer.intent === 'swap' ? `${offer.label}?` : `${offer.name}?`}
          confirm={offer.intent === 'swap' ? 'Swap' : offer.label}
          onConfirm={run}
          onClose={() => setAsking(false)}
        >
          {offer.warning}
        </Confirm>
      )}
    </>
  );
}

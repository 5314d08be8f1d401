'use client';

import { useQuery } from '@tanstack/react-query';
import { CartBar } from '@/components/enrollment/cart-bar';
import { CartToggle, mayGoInCart } from '@/components/enrollment/cart-toggle';
import { EnrollmentButton } from '@/components/enrollment/enrollment-button';
import { clashReason, offerFor } from '@/components/enrollment/offers';
import { Seats } from '@/components/enrollment/seats';
import { MiniWeek } from '@/components/schedule/mini-week';
import { institution, termList } from '@/lib/api/terms';
import type { Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { clashes, courseLabel, DAYS, isDay, type Clash } from '@/lib/schedule';
import { registrationReason, termKey } from '@/lib/terms';
import { useCart } from '@/lib/use-cart';
import { useMyCourses } from '@/lib/use-my-courses';

export function RegistrationPanel({ course }: { course: Course }) {
  const user = useUser();
  const terms = useQuery(termList);
  const term = terms.data?.find((candidate) => termKey(candidate) === termKey(course));
  const mine = useMyCourses(user, term);
  const teaching = useQuery(institution).data?.teaching_days;
  const days = teaching?.filter(isDay) ?? DAYS.slice(0, 5);
  const student = user.role === 'student';
  const clashing = student ? clashes(course, mine.held) : [];
  const { instead } = offerFor(course, term, clashing, mine.held);
  const cart = useCart(user, term, mine.held);

  return (
    <section aria-label={student ? 'Registration' : 'The week of this course'} className="card p-4">
      {student && (
        <>
          <p className="font-medium">{standing(course)}</p>
          <p className="min-h-5 text-sm text-muted">{remark(course, term, clashing[0], instead)}</p>
          <div className="mt-3">
            <Seats course={course} variant="full" />
          </div>
          <div className="mt-3 flex flex-wrap gap-2">
            <EnrollmentButton course={course} term={term} clashing={clashing} held={mine.held} prominent />
            {mayGoInCart(course, term) && <CartToggle course={course} prominent />}
          </div>
          <hr className="my-4 border-line" />
        </>
      )}
      <h2 className="mb-2 text-sm font-semibold">{student ? 'In your week' : 'Weekly hours'}</h2>
      <MiniWeek
        held={student ? mine.held : [course]}
        waiting={mine.waiting}
        preview={student ? course : null}
        planned={cart.courses}
        leaving={instead?.id}
        days={days}
      />
      {student && term && <CartBar cart={cart} mine={mine} term={term} />}
    </section>
  );
}

function standing({ my_enrollment: mine, seats_left }: Course): string {
  if (mine?.status === 'enrolled') return 'You are enrolled';
  if (mine?.status === 'pending') return `You are number ${mine.waitlist_position} on the waitlist`;
  if (mine?.status === 'completed') return 'You have completed this course';
  return seats_left > 0 ? 'You can have a seat' : 'All seats are taken';
}

function remark(
  course: Course,
  term: Term | undefined,
  clash: Clash<Course> | undefined,
  instead: Course | undefined,
): string {
  const status = course.my_enrollment?.status;
  if (status === 'enrolled') return 'It is on your timetable.';
  if (status === 'pending') return 'You get the next free seat that fits your week.';
  if (status === 'completed') return '';
  const closed = registrationReason(term);
  if (closed) return `${closed}.`;
  if (clash) {
    const way = instead ? ` It can take the place of ${courseLabel(instead)}.` : '';
    return `${clashReason(clash)}.${way}`;
  }
  if (instead) return `You have a seat in ${courseLabel(instead)}, another section.`;
  return course.seats_left > 0 ? 'It fits your week.' : 'Join the waitlist to get the next free seat.';
}

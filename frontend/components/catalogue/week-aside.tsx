'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { CartPanel } from '@/components/enrollment/cart-panel';
import { clashReason, inTheWay } from '@/components/enrollment/offers';
import { MiniWeek } from '@/components/schedule/mini-week';
import { institution } from '@/lib/api/terms';
import type { Course, Term } from '@/lib/api/types';
import { paths } from '@/lib/paths';
import { clashes, courseLabel, DAYS, isDay, parseSchedule } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';
import type { Cart } from '@/lib/use-cart';
import type { MyCourses } from '@/lib/use-my-courses';

interface WeekAsideProps {
  mine: MyCourses;
  cart: Cart;
  term: Term | undefined;
  preview: Course | null;
}

/** The week as it is and as it would be, with the cart below. */
export function WeekAside({ mine, cart, term, preview }: WeekAsideProps) {
  const teaching = useQuery(institution).data?.teaching_days;
  const days = teaching?.filter(isDay) ?? DAYS.slice(0, 5);
  return (
    <div className="sticky top-6 hidden max-h-[calc(100dvh-3rem)] w-66 shrink-0 flex-col gap-4 overflow-y-auto xl:flex">
      <aside aria-labelledby="your-week" className="card shrink-0 p-4">
        <div className="mb-2 flex items-baseline justify-between">
          <h2 id="your-week" className="text-sm font-semibold">
            Your week
          </h2>
          <Link href={paths.timetable} className="text-xs text-muted underline-offset-2 hover:underline">
            {term ? termLabel(term) : 'My week'}
          </Link>
        </div>
        <MiniWeek
          held={mine.held}
          waiting={mine.waiting}
          planned={cart.courses}
          preview={preview}
          leaving={preview ? leaving(preview, mine)?.id : undefined}
          days={days}
        />
        <p className="mt-3 line-clamp-3 h-15 text-sm text-muted">{remark(preview, mine)}</p>
      </aside>
      {term && cart.courses.length > 0 && (
        <section aria-labelledby="cart" className="card shrink-0 p-4">
          <h2 id="cart" className="mb-2 text-sm font-semibold">
            Cart
          </h2>
          <CartPanel cart={cart} term={term} />
        </section>
      )}
    </div>
  );
}

/** What would be given up for it. */
function leaving(course: Course, { held }: MyCourses): Course | null {
  const status = course.my_enrollment?.status;
  if (status === 'enrolled' || status === 'pending' || course.seats_left === 0) return null;
  return inTheWay(course, clashes(course, held), held);
}

function remark(preview: Course | null, mine: MyCourses): string {
  const { held, waiting } = mine;
  if (!preview) {
    return held.length || waiting.length
      ? 'Point at a course to see where it falls.'
      : 'Nothing here yet. Point at a course to see where it would fall.';
  }
  const label = courseLabel(preview);
  if (held.some(({ id }) => id === preview.id)) return `${label} is on your timetable.`;
  const instead = leaving(preview, mine);
  if (instead) return `${label} can take the place of ${courseLabel(instead)}.`;
  if (parseSchedule(preview.schedule).length === 0) return `${label} has no weekly time.`;
  const [clash] = clashes(preview, held);
  return clash
    ? `${label}: ${clashReason(clash).replace('Clashes', 'clashes')}.`
    : `${label} fits your week.`;
}

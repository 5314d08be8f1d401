'use client';

import { X } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import { Button, IconButton } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { explain } from '@/lib/api/explain';
import { Problem, toProblem } from '@/lib/api/problem';
import type { CartRefusal, Course, Term } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { takeFromCart } from '@/lib/cart';
import { formatCredits, plural, sumCredits } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel, DAY_NAMES, formatSlots, isDay, parseSchedule } from '@/lib/schedule';
import { registrationReason } from '@/lib/terms';
import type { Cart, CartClash } from '@/lib/use-cart';
import { act, enrollAll } from './actions';

interface CartPanelProps {
  cart: Cart;
  term: Term;
  onDone?: () => void;
}

/** What is wanted, what speaks against it, and one button for all of it. */
export function CartPanel({ cart, term, onDone }: CartPanelProps) {
  const user = useUser();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { courses } = cart;
  const refusals = refusalsOf(problem);
  const take = (gone: Course[]) =>
    takeFromCart(
      user.id,
      term,
      gone.map(({ id }) => id),
    );

  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await enrollAll(user.id, courses);
      take(courses);
      onDone?.();
    } catch (error) {
      setProblem(toProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const wait = async (course: Course) => {
    await act(user.id, course, 'waitlist');
    take([course]);
  };

  return (
    <>
      <ul className="divide-y divide-line">
        {courses.map((course) => {
          const refusal = refusals.get(course.id);
          return (
            <Line
              key={course.id}
              course={course}
              clashes={cart.clashesOf(course.id)}
              refusal={refusal}
              onRemove={() => take([course])}
            >
              {refusal?.code === 'course_full' && (
                <Button size="small" className="mt-1.5" onClick={() => void wait(course)}>
                  Join the waitlist instead
                </Button>
              )}
            </Line>
          );
        })}
      </ul>
      {problem && (
        <div className="mt-3">
          <Notice title={refusals.size > 0 ? 'Nothing was enrolled in.' : explain(problem)}>
            {refusals.size > 0 &&
              `${plural(refusals.size, 'course')} cannot be had, and a cart is taken whole. Change it and try again.`}
          </Notice>
        </div>
      )}
      <div className="mt-3 flex flex-wrap items-center justify-between gap-2">
        <p className="text-sm text-muted">{credits(courses)}</p>
        <Button
          look="primary"
          busy={busy}
          disabledReason={registrationReason(term)}
          onClick={() => void submit()}
        >
          {courses.length === 1 ? 'Enrol' : `Enrol in all ${courses.length}`}
        </Button>
      </div>
    </>
  );
}

export function credits(courses: Course[]): string {
  const sum = formatCredits(sumCredits(courses.map((course) => course.credits)));
  return `${sum} ${sum === '1' ? 'credit' : 'credits'}`;
}

function refusalsOf(problem: Problem | null): Map<string, CartRefusal> {
  const rows = problem?.code === 'cart_refused' ? problem.facts.refusals : [];
  return new Map((Array.isArray(rows) ? (rows as CartRefusal[]) : []).map((row) => [row.course_id, row]));
}

interface LineProps {
  course: Course;
  clashes: CartClash[];
  refusal: CartRefusal | undefined;
  onRemove: () => void;
  children: React.ReactNode;
}

function Line({ course, clashes, refusal, onRemove, children }: LineProps) {
  const label = courseLabel(course);
  return (
    <li className="flex items-start gap-2 py-2 first:pt-0">
      <div className="min-w-0 flex-1 text-sm">
        <Link href={paths.course(course.id)} prefetch={false} className="underline-offset-2 hover:underline">
          <span className="font-semibold">{label}</span> {course.name}
        </Link>
        <p className="text-xs text-muted tabular-nums">
          {formatSlots(parseSchedule(course.schedule)) || 'No weekly time'}
          {course.seats_left === 0 && <span className="font-medium text-bad"> · full</span>}
        </p>
        {refusal ? (
          <p className="text-xs font-medium text-bad">{reason(refusal)}</p>
        ) : (
          clashes.map((clash) => (
            <p key={clash.other.id} className="text-xs font-medium text-warn">
              {clashText(clash)}
            </p>
          ))
        )}
        {children}
      </div>
      <IconButton
        label={`Take ${label} out of the cart`}
        onClick={onRemove}
        className="-mt-1 size-8! pointer-coarse:size-11!"
      >
        <X aria-hidden className="size-4" />
      </IconButton>
    </li>
  );
}

function reason({ code, detail, facts }: CartRefusal): string {
  return explain(new Problem({ status: 409, code, detail, ...facts }));
}

function clashText({ other, day, start, end }: CartClash): string {
  return `Clashes with ${courseLabel(other)} on ${isDay(day) ? DAY_NAMES[day].long : day} ${start}–${end}`;
}

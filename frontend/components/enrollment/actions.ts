import { toast } from '@/components/ui/toast-queue';
import { changeEnrollment, enrollCart, swapEnrollment, type Intent } from '@/lib/api/enrollments';
import { explain } from '@/lib/api/explain';
import type { Course } from '@/lib/api/types';
import { courseLabel } from '@/lib/schedule';

/** Does it at once, says so with a way back, or says why not. */
export async function act(userId: string, course: Course, intent: Intent): Promise<void> {
  const label = courseLabel(course);
  const had = course.my_enrollment?.status;
  try {
    const settled = await changeEnrollment(userId, course, intent);
    toast({
      tone: 'done',
      title: outcome(settled, label, had),
      detail: settled.name,
      action: { label: 'Undo', run: () => void act(userId, settled, opposite(intent, had)) },
    });
  } catch (error) {
    toast({ tone: 'problem', title: refusal(label, intent), detail: explain(error) });
  }
}

/** One section for another, at once and both or neither; Undo takes the first one back. */
export async function exchange(userId: string, from: Course, to: Course): Promise<void> {
  const [old, taken] = [courseLabel(from), courseLabel(to)];
  try {
    const done = await swapEnrollment(userId, from, to);
    toast({
      tone: 'done',
      title: `Swapped ${old} for ${taken}`,
      detail: to.name,
      action: { label: 'Undo', run: () => void exchange(userId, done.taken, done.dropped) },
    });
  } catch (error) {
    toast({ tone: 'problem', title: `${old} was not swapped for ${taken}`, detail: explain(error) });
  }
}

/** All or none. What stands in the way is thrown, for the cart to show. */
export async function enrollAll(userId: string, courses: Course[]): Promise<void> {
  const enrolled = await enrollCart(userId, courses);
  toast({
    tone: 'done',
    title: `Enrolled in ${names(courses)}`,
    action: { label: 'Undo', run: () => void dropAll(userId, enrolled) },
  });
}

async function dropAll(userId: string, courses: Course[]): Promise<void> {
  const outcomes = await Promise.allSettled(
    courses.map((course) => changeEnrollment(userId, course, 'drop')),
  );
  const kept = courses.filter((_, index) => outcomes[index]?.status === 'rejected');
  if (kept.length === 0) toast({ tone: 'done', title: `Dropped ${names(courses)}` });
  else toast({ tone: 'problem', title: `You are still in ${names(kept)}` });
}

function names(courses: Course[]): string {
  return courses.map(courseLabel).join(', ');
}

function opposite(intent: Intent, had: string | undefined): Intent {
  if (intent !== 'drop') return 'drop';
  return had === 'pending' ? 'waitlist' : 'enroll';
}

function outcome(course: Course, label: string, had: string | undefined): string {
  const mine = course.my_enrollment;
  if (mine?.status === 'pending') return `Number ${mine.waitlist_position ?? ''} on the waitlist of ${label}`;
  if (mine) return `Enrolled in ${label}`;
  return had === 'pending' ? `Left the waitlist of ${label}` : `Dropped ${label}`;
}

function refusal(label: string, intent: Intent): string {
  if (intent === 'drop') return `${label} was not dropped`;
  return intent === 'waitlist' ? `Not on the waitlist of ${label}` : `Not enrolled in ${label}`;
}

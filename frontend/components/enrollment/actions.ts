import { toast } from '@/components/ui/toast-queue';
import { changeEnrollment, type Intent } from '@/lib/api/enrollments';
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

'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Confirm } from '@/components/ui/confirm';
import { toast } from '@/components/ui/toast-queue';
import { deactivateCourse, updateCourse } from '@/lib/api/courses';
import { explain } from '@/lib/api/explain';
import type { Course } from '@/lib/api/types';
import { plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';

export function ActivityButton({ course }: { course: Course }) {
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const label = courseLabel(course);

  const change = async () => {
    setBusy(true);
    try {
      if (course.is_active) await deactivateCourse(course.id);
      else await updateCourse(course.id, course.version, { is_active: true });
      toast({
        tone: 'done',
        title: course.is_active ? `${label} is deactivated` : `${label} is offered again`,
      });
      router.push(paths.course(course.id));
    } catch (error) {
      toast({ tone: 'problem', title: `${label} is unchanged`, detail: explain(error) });
      setAsking(false);
      setBusy(false);
    }
  };

  if (!course.is_active) {
    return (
      <Button busy={busy} onClick={() => void change()}>
        Offer again
      </Button>
    );
  }
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Deactivate
      </Button>
      {asking && (
        <Confirm
          title={`Deactivate ${label}?`}
          confirm="Deactivate"
          busy={busy}
          onConfirm={() => void change()}
          onClose={() => setAsking(false)}
        >
          Nobody can enrol any more; {plural(course.enrolled_count, 'student')} enrolled now stay on record.
          You can offer it again later.
        </Confirm>
      )}
    </>
  );
}

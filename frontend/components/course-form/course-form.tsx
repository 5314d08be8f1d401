'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import dynamic from 'next/dynamic';
import { useState, type ReactNode } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { Button, LinkButton } from '@/components/ui/button';
import { nothing } from '@/components/ui/nothing';
import { Notice } from '@/components/ui/notice';
import { toProblem } from '@/lib/api/problem';
import type { Course } from '@/lib/api/types';
import { showProblem } from '@/lib/form-errors';
import { CourseFields } from './course-fields';
import { ScheduleSection } from './schedule-section';
import { formField, schema, valuesOf, type CourseValues } from './values';

const StaleDialog = dynamic(() => import('./stale-dialog').then((module) => module.StaleDialog), {
  loading: nothing,
});

interface CourseFormProps {
  start: CourseValues;
  /** Teachers change description, room and times only. */
  scope: 'all' | 'teaching';
  courseId?: string;
  submitLabel: string;
  cancelHref: string;
  /** `current` is what the author of the values has seen last, if it is not what the form began with. */
  onSave: (values: CourseValues, current: Course | null) => Promise<void>;
  children?: ReactNode;
}

export function CourseForm({
  start,
  scope,
  courseId,
  submitLabel,
  cancelHref,
  onSave,
  children,
}: CourseFormProps) {
  const form = useForm<CourseValues>({ resolver: zodResolver(schema), defaultValues: start });
  const { errors, isSubmitting } = form.formState;
  const [seen, setSeen] = useState<Course | null>(null);
  const [stale, setStale] = useState<Course | null>(null);
  const [teacherBusy, setTeacherBusy] = useState(false);
  const values = useWatch({ control: form.control }) as CourseValues;

  const save = async (draftValues: CourseValues, current: Course | null) => {
    try {
      await onSave(draftValues, current);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'stale') return setStale(problem.facts.current as Course);
      if (problem.code === 'teacher_conflict') setTeacherBusy(true);
      showProblem(form, error, {
        rename: formField,
        codes: {
          room_conflict: 'room',
          teacher_conflict: 'teacher',
          course_exists: 'code',
          capacity_below_enrolled: 'capacity',
        },
      });
    }
  };

  const keepMine = () => {
    const current = stale;
    setStale(null);
    setSeen(current);
    void form.handleSubmit((mine) => save(mine, current))();
  };
  const takeTheirs = () => {
    if (stale) form.reset(valuesOf(stale));
    setSeen(stale);
    setStale(null);
  };

  return (
    <form
      onSubmit={form.handleSubmit((mine) => save(mine, seen))}
      noValidate
      className="mt-5 flex flex-col gap-4"
    >
      {errors.root && <Notice title={errors.root.message} />}
      <CourseFields form={form} values={values} scope={scope} teacherBusy={teacherBusy} />
      <ScheduleSection
        courseId={courseId}
        values={values}
        error={errors.slots?.message as string | undefined}
        onChange={(slots) => form.setValue('slots', slots, { shouldDirty: true })}
      />
      <div className="sticky bottom-0 z-10 flex flex-wrap items-center gap-2 border-t border-line bg-bg py-3 max-md:bottom-14">
        <Button type="submit" look="primary" busy={isSubmitting}>
          {isSubmitting ? 'Saving…' : submitLabel}
        </Button>
        <LinkButton href={cancelHref}>Cancel</LinkButton>
        <div className="ml-auto">{children}</div>
      </div>
      {stale && (
        <StaleDialog
          mine={values}
          theirs={valuesOf(stale)}
          onKeepMine={keepMine}
          onTakeTheirs={takeTheirs}
          onClose={() => setStale(null)}
        />
      )}
    </form>
  );
}

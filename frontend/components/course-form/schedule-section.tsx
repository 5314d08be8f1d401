'use client';

import { useQuery } from '@tanstack/react-query';
import { courseList } from '@/lib/api/courses';
import { institution } from '@/lib/api/terms';
import type { Semester } from '@/lib/api/types';
import { DAYS } from '@/lib/schedule';
import { ScheduleEditor } from './schedule-editor';
import type { CourseValues, DraftSlot } from './values';

interface ScheduleSectionProps {
  courseId?: string;
  values: CourseValues;
  error?: string;
  onChange: (slots: DraftSlot[]) => void;
}

export function ScheduleSection({ courseId, values, error, onChange }: ScheduleSectionProps) {
  const teaching = useQuery(institution).data?.teaching_days;
  const days = DAYS.filter(
    (day) => (teaching ?? DAYS.slice(0, 5)).includes(day) || values.slots.some((slot) => slot.day === day),
  );
  const year = Number(values.year);
  const theirs = useQuery({
    ...courseList({
      teacher_id: values.teacher?.id,
      semester: values.semester as Semester,
      year,
      page_size: 100,
    }),
    enabled: values.teacher !== null && /^\d{4}$/.test(values.year),
  });
  const others = values.teacher ? (theirs.data?.items ?? []).filter(({ id }) => id !== courseId) : [];

  return (
    <section aria-labelledby="schedule" className="card p-5">
      <h2 id="schedule" className="mb-1 text-base font-semibold">
        Weekly hours
      </h2>
      <ScheduleEditor slots={values.slots} onChange={onChange} days={days} others={others} error={error} />
    </section>
  );
}

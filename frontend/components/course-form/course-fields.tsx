'use client';

import dynamic from 'next/dynamic';
import type { UseFormReturn } from 'react-hook-form';
import { Checkbox, SelectField, TextArea, TextField } from '@/components/ui/field';
import { semesterLabel, SEMESTERS } from '@/lib/terms';
import type { CourseValues } from './values';

const TeacherPicker = dynamic(() => import('./teacher-picker').then((module) => module.TeacherPicker), {
  loading: () => <TextField label="Teacher" disabled />,
});

interface CourseFieldsProps {
  form: UseFormReturn<CourseValues>;
  values: CourseValues;
  scope: 'all' | 'teaching';
  /** The server has said that the teacher is booked then. */
  teacherBusy: boolean;
}

export function CourseFields({ form, values, scope, teacherBusy }: CourseFieldsProps) {
  const { errors } = form.formState;
  const text = (
    name: 'code' | 'section' | 'name' | 'capacity' | 'credits' | 'year' | 'room' | 'cross_listing',
  ) => ({
    ...form.register(name),
    error: errors[name]?.message,
    autoComplete: 'off',
  });
  const description = (
    <TextArea label="Description" error={errors.description?.message} {...form.register('description')} />
  );
  const room = <TextField label="Room" hint="Slots may name another one." {...text('room')} />;

  if (scope === 'teaching') {
    return (
      <section aria-label="Course" className="card grid gap-4 p-5">
        {description}
        {room}
      </section>
    );
  }
  return (
    <section aria-label="Course" className="card grid gap-4 p-5 sm:grid-cols-6">
      <div className="grid gap-4 sm:col-span-6 sm:grid-cols-[8rem_6rem_minmax(0,1fr)]">
        <TextField label="Code" placeholder="CS101" {...text('code')} />
        <TextField label="Section" {...text('section')} />
        <TextField label="Title" {...text('name')} />
      </div>
      <div className="sm:col-span-6">{description}</div>
      <div className="grid content-start gap-2 sm:col-span-3">
        <TeacherPicker
          value={values.teacher}
          onChange={(teacher) => {
            form.setValue('teacher', teacher, { shouldDirty: true });
            form.clearErrors('teacher');
          }}
          error={errors.teacher?.message}
        />
        {(teacherBusy || values.allow_teacher_conflict) && (
          <Checkbox
            label="Assign anyway"
            hint="For parallel tutorials listed under one person."
            {...form.register('allow_teacher_conflict')}
          />
        )}
      </div>
      <div className="sm:col-span-3">{room}</div>
      <div className="grid grid-cols-2 gap-4 sm:col-span-6 sm:grid-cols-5">
        <TextField label="Seats" inputMode="numeric" {...text('capacity')} />
        <TextField label="Credits" inputMode="decimal" {...text('credits')} />
        <SelectField label="Semester" error={errors.semester?.message} {...form.register('semester')}>
          {SEMESTERS.map((semester) => (
            <option key={semester} value={semester}>
              {semesterLabel(semester)}
            </option>
          ))}
        </SelectField>
        <TextField label="Year" inputMode="numeric" {...text('year')} />
        <TextField label="Cross-listing" {...text('cross_listing')} />
      </div>
    </section>
  );
}

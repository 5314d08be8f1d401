import * as z from 'zod/mini';
import type { Choice } from '@/components/ui/combobox';
import type { Course, CreateCourse, UpdateCourse } from '@/lib/api/types';
import { parseSchedule, toSchedule, type Slot } from '@/lib/schedule';
import type { TermId } from '@/lib/terms';

/** A slot being edited; the key outlives changes of its day and time. */
export interface DraftSlot extends Slot {
  key: string;
}

const required = (message: string) => z.string().check(z.trim(), z.minLength(1, message));

export const schema = z.object({
  code: required('Enter the course code.'),
  section: required('Enter the section, usually 001.'),
  name: required('Enter the title.'),
  description: z.string(),
  teacher: z.nullable(z.custom<Choice>()),
  allow_teacher_conflict: z.boolean(),
  capacity: z.string().check(z.regex(/^[1-9]\d*$/, 'Enter the seats as a whole number.')),
  credits: z.string().check(z.regex(/^\d+([.,]\d{1,2})?$/, 'Enter the credits, such as 4 or 2.5.')),
  semester: z.enum(['spring', 'summer', 'fall']),
  year: z.string().check(z.regex(/^\d{4}$/, 'Enter the year with four digits.')),
  room: z.string(),
  cross_listing: z.string(),
  slots: z.custom<DraftSlot[]>(),
});

export type CourseValues = z.infer<typeof schema>;

let lastKey = 0;
export function draft(slot: Slot): DraftSlot {
  lastKey += 1;
  return { ...slot, key: `slot-${lastKey}` };
}

export function blankCourse(term: TermId): CourseValues {
  return {
    code: '',
    section: '001',
    name: '',
    description: '',
    teacher: null,
    allow_teacher_conflict: false,
    capacity: '30',
    credits: '4',
    semester: term.semester,
    year: String(term.year),
    room: '',
    cross_listing: '',
    slots: [],
  };
}

export function valuesOf(course: Course): CourseValues {
  return {
    code: course.code,
    section: course.section,
    name: course.name,
    description: course.description ?? '',
    teacher: course.teacher ? { id: course.teacher.id, label: course.teacher.full_name } : null,
    allow_teacher_conflict: false,
    capacity: String(course.capacity),
    credits: String(Number(course.credits)),
    semester: course.semester,
    year: String(course.year),
    room: course.room ?? '',
    cross_listing: course.cross_listing ?? '',
    slots: parseSchedule(course.schedule).map(draft),
  };
}

export function inputOf(values: CourseValues): CreateCourse {
  return {
    code: values.code.trim(),
    section: values.section.trim(),
    name: values.name.trim(),
    description: values.description.trim() || null,
    teacher_id: values.teacher?.id ?? null,
    capacity: Number(values.capacity),
    credits: values.credits.replace(',', '.'),
    semester: values.semester,
    year: Number(values.year),
    schedule: toSchedule(values.slots),
    room: values.room.trim() || null,
    cross_listing: values.cross_listing.trim() || null,
    allow_teacher_conflict: values.allow_teacher_conflict,
  };
}

/** Only what was changed is sent, so that a teacher sends nothing that is not theirs to change. */
export function changesOf(values: CourseValues, before: CourseValues): UpdateCourse {
  const [now, then] = [inputOf(values), inputOf(before)];
  return Object.fromEntries(
    Object.entries(now).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(then[key as keyof typeof then]),
    ),
  );
}

/** The API's names, where the form's differ. */
export function formField(field: string): string {
  if (field.startsWith('schedule')) return 'slots';
  return field === 'teacher_id' ? 'teacher' : field;
}

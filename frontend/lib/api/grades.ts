import { queryOptions } from '@tanstack/react-query';
import { saveFile } from '../save-file';
import { api, csvFile } from './client';
import { queryClient } from './query-client';
import type {
  Assignment,
  CellToSave,
  CreateAssignment,
  ImportReport,
  SavedGrades,
  SubmittedFinals,
  UpdateAssignment,
} from './types';

const key = ['grades'] as const;

/** The whole class at once: students, assignments, marks and what they make. */
export function gradebook(courseId: string) {
  return queryOptions({
    queryKey: [...key, 'course', courseId],
    queryFn: ({ signal }) => api.get('/grades/course/{course_id}', { path: { course_id: courseId }, signal }),
    enabled: courseId !== '',
  });
}

/** One student's marks in a course, with the working of the final. */
export function enrollmentGrades(enrollmentId: string) {
  return queryOptions({
    queryKey: [...key, 'enrollment', enrollmentId],
    queryFn: ({ signal }) =>
      api.get('/grades/enrollment/{enrollment_id}', { path: { enrollment_id: enrollmentId }, signal }),
  });
}

/** Who changed what, newest first. */
export function gradeHistory(enrollmentId: string) {
  return queryOptions({
    queryKey: [...key, 'history', enrollmentId],
    queryFn: ({ signal }) =>
      api.get('/grades/enrollment/{enrollment_id}/history', {
        path: { enrollment_id: enrollmentId },
        query: { page_size: 100 },
        signal,
      }),
  });
}

/** All terms of a student: courses, finals and averages. */
export function standing(userId: string) {
  return queryOptions({
    queryKey: [...key, 'user', userId],
    queryFn: ({ signal }) => api.get('/users/{id}/grades', { path: { id: userId }, signal }),
  });
}

export function gradesChanged() {
  return queryClient.invalidateQueries({ queryKey: key });
}

/** One request for everything typed; the answer has a verdict for each cell, in order. */
export async function saveGrades(courseId: string, cells: CellToSave[]): Promise<SavedGrades> {
  const saved = await api.put('/grades/course/{course_id}/bulk', {
    path: { course_id: courseId },
    body: { cells },
  });
  await gradesChanged();
  return saved;
}

/** What the file would change, and every cell that would be left out. Nothing is written. */
export function tryImport(courseId: string, file: Blob, asOf?: number): Promise<ImportReport> {
  return api.post('/grades/course/{course_id}/csv', {
    path: { course_id: courseId },
    query: { as_of: asOf },
    csv: file,
  });
}

/** `asOf`: marks that were not changed since may be overwritten. */
export async function importGrades(
  courseId: string,
  file: File,
  how: { asOf?: number; allOrNothing: boolean },
): Promise<ImportReport> {
  const report = await api.post('/grades/course/{course_id}/csv', {
    path: { course_id: courseId },
    query: {
      apply: true,
      all_or_nothing: how.allOrNothing,
      as_of: how.asOf,
      reason: `Import of ${file.name.slice(-200)}`,
    },
    csv: file,
  });
  await gradesChanged();
  return report;
}

export async function exportGrades(courseId: string): Promise<void> {
  const { name, content } = await csvFile('/grades/course/{course_id}/csv', {
    path: { course_id: courseId },
  });
  saveFile(name, content);
}

export async function createAssignment(courseId: string, body: CreateAssignment): Promise<Assignment> {
  const assignment = await api.post('/grades/course/{course_id}/assignments', {
    path: { course_id: courseId },
    body,
  });
  await gradesChanged();
  return assignment;
}

/** Refused with 412 if somebody changed the assignment after `version`. */
export async function updateAssignment(
  { id, version }: Pick<Assignment, 'id' | 'version'>,
  body: UpdateAssignment,
): Promise<Assignment> {
  const assignment = await api.put('/grades/assignments/{id}', { path: { id }, body, ifMatch: version });
  await gradesChanged();
  return assignment;
}

export async function deleteAssignment(id: string): Promise<void> {
  await api.delete('/grades/assignments/{id}', { path: { id } });
  await gradesChanged();
}

/** Puts the columns in this order. Only those that move are written. */
export async function orderAssignments(inOrder: readonly Assignment[]): Promise<void> {
  for (const [at, assignment] of inOrder.entries()) {
    const position = (at + 1) * 10;
    if (assignment.position === position) continue;
    await api.put('/grades/assignments/{id}', {
      path: { id: assignment.id },
      body: { position },
      ifMatch: assignment.version,
    });
  }
  await gradesChanged();
}

/** Completes the course for these students and locks their marks. */
export async function submitFinals(courseId: string, enrollmentIds: string[]): Promise<SubmittedFinals> {
  const submitted = await api.put('/grades/course/{course_id}/final', {
    path: { course_id: courseId },
    body: { enrollment_ids: enrollmentIds },
  });
  await gradesChanged();
  return submitted;
}

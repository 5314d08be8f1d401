import { isAxiosError } from 'axios';

export interface FieldError {
  field: string;
  code: string;
  message: string;
}

interface CourseRef {
  id: string;
  code: string;
  section: string;
  name: string;
}

/** One row of a `schedule_conflict`. */
export interface ConflictRow {
  with_course_id: string;
  with_code: string;
  with_section: string;
  with_name: string;
  day: string;
  start: string;
  end: string;
}

/** A refusal in the server's words (RFC 9457), or ours where no server answered. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: FieldError[];
  readonly facts: Record<string, unknown>;

  constructor(body: Record<string, unknown>) {
    const { title, status, detail, code, errors, ...facts } = body;
    super(String(detail ?? title ?? 'Something went wrong.'));
    this.name = 'Problem';
    this.status = typeof status === 'number' ? status : 0;
    this.code = String(code ?? 'unknown');
    this.fields = Array.isArray(errors) ? (errors as FieldError[]) : [];
    this.facts = facts;
  }

  get conflicts(): ConflictRow[] {
    return Array.isArray(this.facts.conflicts) ? (this.facts.conflicts as ConflictRow[]) : [];
  }

  /** The other course of a `room_conflict` or `teacher_conflict`. */
  get otherCourse(): CourseRef | null {
    return (this.facts.course as CourseRef | undefined) ?? null;
  }
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!isAxiosError(error))
    return new Problem({ title: 'Something went wrong on this page.', code: 'client' });
  const data: unknown = error.response?.data;
  if (data && typeof data === 'object' && 'code' in data) {
    return new Problem({ status: error.response?.status, ...data });
  }
  if (error.response) {
    const { status } = error.response;
    return new Problem({
      status,
      code: 'http',
      title: `The server answered with an error (${status}). Try again.`,
    });
  }
  return new Problem({
    code: 'network',
    title: 'The server cannot be reached. Check your connection and try again.',
  });
}

import { isAxiosError } from 'axios';
import type { FieldError } from './types';

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

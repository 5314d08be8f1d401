import { explain, sentence } from '@/lib/api/explain';
import { toProblem } from '@/lib/api/problem';
import type { RejectedCell } from '@/lib/api/types';
import { showScore } from './scores';

export interface Failure {
  title: string;
  details: string[];
}

/** What is wrong with headings is said by the column's letter, as spreadsheets show it. */
export function failureOf(error: unknown): Failure {
  const problem = toProblem(error);
  return {
    title: problem.fields.length > 0 ? 'The columns of the file cannot be read' : explain(problem),
    details: problem.fields.map(({ field, message }) => {
      const number = /^column (\d+)$/.exec(field)?.[1];
      const text = sentence(message.replaceAll(/`([^`]*)`/g, '“$1”'));
      return number ? `Column ${columnLetter(Number(number))}: ${text}` : text;
    }),
  };
}

/** 1 is A, 27 is AA. */
export function columnLetter(number: number): string {
  const rest = (number - 1) % 26;
  const before = (number - 1 - rest) / 26;
  return (before > 0 ? columnLetter(before) : '') + String.fromCharCode(65 + rest);
}

/** As a spreadsheet calls it. */
export function cellName({ column, line }: RejectedCell): string {
  return `${columnLetter(column)}${line}`;
}

export function whyNot(cell: RejectedCell): string {
  const { code, current } = cell;
  if (code === 'stale' && current) {
    const who = current.graded_by ? `, by ${current.graded_by.full_name}` : '';
    return `${showScore(current.score)} is there already${who}.`;
  }
  if (code === 'grade_locked') return 'The final is submitted, the marks are locked.';
  if (code === 'unknown_student') return 'No such student in this course.';
  return sentence(cell.message);
}

/** A mark is there that the file has not seen. */
export function isSeenElsewhere({ code, current }: RejectedCell): boolean {
  return code === 'stale' && current != null;
}

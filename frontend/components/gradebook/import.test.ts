import { expect, test } from 'vitest';
import { Problem } from '@/lib/api/problem';
import type { RejectedCell } from '@/lib/api/types';
import { cellName, columnLetter, failureOf, whyNot } from './import';

const cell = (fields: Partial<RejectedCell>): RejectedCell => ({
  line: 3,
  column: 2,
  assignment_name: 'Quiz',
  student: 'Ada Lovelace',
  value: '21',
  code: 'out_of_range',
  message: 'must be 0 or more',
  ...fields,
});

test('cells are called as spreadsheets call them', () => {
  expect([1, 26, 27, 52, 53, 300].map(columnLetter)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'KN']);
  expect(cellName(cell({}))).toBe('B3');
});

test('each cell says why it is left out', () => {
  const current = { score: '7.50', version: 2, graded_at: '2026-03-01T10:00:00Z' };
  const alan = { id: 'a', full_name: 'Alan Turing' };
  expect(whyNot(cell({}))).toBe('Must be 0 or more.');
  expect(whyNot(cell({ code: 'stale', message: 'stale', current }))).toBe('7.5 is there already.');
  expect(whyNot(cell({ code: 'stale', message: '', current: { ...current, graded_by: alan } }))).toBe(
    '7.5 is there already, by Alan Turing.',
  );
  expect(whyNot(cell({ code: 'grade_locked', message: 'final' }))).toMatch(/^The final is submitted/);
});

test('what is wrong with headings is said by the column', () => {
  const errors = [{ field: 'column 27', code: 'unknown', message: 'no such assignment' }];
  expect(failureOf(new Problem({ status: 422, detail: 'invalid', code: 'invalid', errors }))).toEqual({
    title: 'The columns of the file cannot be read',
    details: ['Column AA: No such assignment.'],
  });
  expect(failureOf(new Problem({ status: 400, detail: 'the file is not UTF-8', code: 'malformed' }))).toEqual(
    {
      title: 'The file is not UTF-8.',
      details: [],
    },
  );
});

import { describe, expect, it } from 'vitest';
import type { Gradebook } from '@/lib/api/types';
import { dryRun } from './import';

const student = (id: string, name: string, locked = false, cells: unknown[] = [null, null]) => ({
  enrollment_id: id,
  full_name: name,
  email: `${id}@example.edu`,
  student_id: null,
  locked,
  cells,
});

const book = {
  assignments: [
    { id: 'hw', name: 'Homework 1', max_score: '10.00' },
    { id: 'quiz', name: 'Quiz', max_score: '20.00' },
  ],
  students: [
    student('ada', 'Ada Lovelace', false, [{ id: 'g', score: '8.50', version: 1 }, null]),
    student('ben', 'Ben Ito'),
    student('ben2', 'Ben Ito'),
    student('zoe', 'Zoe Done', true),
  ],
} as unknown as Gradebook;

const reasons = (file: string) =>
  dryRun(book, file).rejected.map(({ line, column, value, reason }) => [line, column, value, reason]);

describe('dryRun', () => {
  it('says what would be new, what replaced and what stays', () => {
    const run = dryRun(book, 'Email,Homework 1,Quiz\nada@example.edu,8.5,19\nben@example.edu,7,\n');
    expect(run.edits).toEqual([
      { row: 'ada', column: 'quiz', text: '19' },
      { row: 'ben', column: 'hw', text: '7' },
    ]);
    expect(run).toMatchObject({ replaced: 0, unchanged: 1, rejected: [], problem: null });
    expect(dryRun(book, 'email,homework 1\nada@example.edu,9').replaced).toBe(1);
  });

  it('reads what spreadsheets of other countries write', () => {
    const run = dryRun(book, '\uFEFFStudent;Quiz\r\n"Ada Lovelace";12,5\r\n');
    expect(run.edits).toEqual([{ row: 'ada', column: 'quiz', text: '12.5' }]);
    expect(dryRun(book, 'Email\tQuiz\nben@example.edu\t3').edits).toHaveLength(1);
  });

  it('names every cell it rejects, with the reason, and keeps the others', () => {
    const file = [
      'Email,Homework 1,Quiz',
      'ada@example.edu,11,great',
      'nobody@example.edu,5,5',
      'ben@example.edu,5,6',
      'ben@example.edu,6,6',
      'zoe@example.edu,5,',
    ].join('\n');
    expect(reasons(file)).toEqual([
      [2, 'Homework 1', '11', 'More than the maximum, 10.'],
      [2, 'Quiz', 'great', 'Not a number. Write it like 87.5.'],
      [3, '', '', 'No such student in this course.'],
      [5, '', '', 'This student stands in the file twice.'],
      [6, 'Homework 1', '5', 'The final is submitted, the marks are locked.'],
    ]);
    expect(dryRun(book, file).edits).toHaveLength(2);
  });

  it('does not guess between two of one name', () => {
    expect(reasons('Name,Quiz\nBen Ito,5')[0]?.[3]).toMatch(/several students/i);
    expect(dryRun(book, 'Name,Email,Quiz\nBen Ito,ben2@example.edu,5').edits[0]?.row).toBe('ben2');
  });

  it('says which columns it does not know, and which files it cannot use', () => {
    expect(dryRun(book, 'Email,Quiz,Remarks,Final\nada@example.edu,1,x,9').ignored).toEqual(['Remarks']);
    expect(dryRun(book, 'Email,Quiz').problem).toMatch(/no line/);
    expect(dryRun(book, 'Quiz\n5').problem).toMatch(/who/);
    expect(dryRun(book, 'Email,Other\na,5').problem).toMatch(/assignment/);
    expect(dryRun(book, '').problem).not.toBeNull();
  });
});

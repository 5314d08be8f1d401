import { describe, expect, it } from 'vitest';
import type { BulkVerdict, Gradebook } from '@/lib/api/types';
import { afterSave, applyEdits, discard, draftKey, isConflict, keepMine, noDrafts, sendable } from './drafts';

const book = {
  assignments: [
    { id: 'hw', name: 'Homework', max_score: '10.00' },
    { id: 'quiz', name: 'Quiz', max_score: '100.00' },
  ],
  students: [
    { enrollment_id: 'ada', locked: false, cells: [{ id: 'g1', score: '8.50', version: 3 }, null] },
    { enrollment_id: 'ben', locked: false, cells: [null, null] },
    { enrollment_id: 'locked', locked: true, cells: [null, null] },
  ],
} as unknown as Gradebook;

const teacher = { mayClear: false };
const edit = (row: string, column: string, text: string) => ({ row, column, text });
const draft = (drafts: ReturnType<typeof applyEdits>, row: string, column: string) =>
  drafts.get(draftKey(row, column));
const type = (...edits: ReturnType<typeof edit>[]) => applyEdits(noDrafts, book, edits, teacher);

describe('applyEdits', () => {
  it('keeps what was typed, right or wrong, with the version it was typed on', () => {
    const drafts = type(edit('ada', 'hw', '9'), edit('ada', 'quiz', 'great'), edit('ben', 'hw', '11'));
    expect(draft(drafts, 'ada', 'hw')).toMatchObject({ text: '9', problem: null, seen: 3 });
    expect(draft(drafts, 'ada', 'quiz')).toMatchObject({ text: 'great', seen: null });
    expect(draft(drafts, 'ben', 'hw')?.problem).toMatch(/maximum, 10/);
    expect(sendable(drafts).map(({ text }) => text)).toEqual(['9']);
  });

  it('forgets a draft that says what is saved', () => {
    expect(applyEdits(type(edit('ada', 'hw', '9')), book, [edit('ada', 'hw', '8,5')], teacher).size).toBe(0);
    expect(type(edit('ben', 'hw', '')).size).toBe(0);
  });

  it('lets only administrators take a mark away', () => {
    expect(draft(type(edit('ada', 'hw', '')), 'ada', 'hw')?.problem).toMatch(/administrator/);
    const cleared = applyEdits(noDrafts, book, [edit('ada', 'hw', '')], { mayClear: true });
    expect(draft(cleared, 'ada', 'hw')?.problem).toBeNull();
  });

  it('leaves locked rows alone', () => {
    expect(type(edit('locked', 'hw', '9'), edit('nobody', 'hw', '9')).size).toBe(0);
  });
});

describe('a save', () => {
  const drafts = type(edit('ada', 'hw', '9'), edit('ada', 'quiz', '70'), edit('ben', 'hw', '5'));
  const sent = sendable(drafts);
  const theirs = { score: '7.00', version: 4, graded_at: '', graded_by: null, comments: null };
  const verdicts = [
    { verdict: 'stale', current: theirs },
    { verdict: 'written', version: 1 },
    { verdict: 'invalid', message: 'at most 4' },
  ] as BulkVerdict[];
  const after = afterSave(drafts, sent, verdicts);

  it('forgets what was written and keeps what was not, with the reason', () => {
    expect([...after.keys()]).toEqual([draftKey('ada', 'hw'), draftKey('ben', 'hw')]);
    expect(isConflict(draft(after, 'ada', 'hw'))).toBe(true);
    expect(draft(after, 'ben', 'hw')?.problem).toBe('At most 4');
    expect(sendable(after)).toEqual([]);
  });

  it('keeps what was typed while it was on its way', () => {
    const meanwhile = applyEdits(drafts, book, [edit('ada', 'quiz', '71')], teacher);
    expect(draft(afterSave(meanwhile, sent, verdicts), 'ada', 'quiz')).toMatchObject({ text: '71', seen: 1 });
  });

  it('writes mine over theirs only when told to', () => {
    const mine = keepMine(after, [draftKey('ada', 'hw')]);
    expect(sendable(mine)).toEqual([{ row: 'ada', assignment: 'hw', text: '9', problem: null, seen: 4 }]);
    expect(discard(after, [draftKey('ada', 'hw')]).has(draftKey('ada', 'hw'))).toBe(false);
  });

  it('still knows of the conflict when one types on', () => {
    const typed = applyEdits(after, book, [edit('ada', 'hw', '10')], teacher);
    expect(isConflict(draft(typed, 'ada', 'hw'))).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { noPast, redo, remember, undo } from './undo';

const edit = (text: string) => ({ row: 'r', column: 'c', text });
const step = (before: string, after: string) => ({ before: [edit(before)], after: [edit(after)] });

describe('undo', () => {
  it('goes back and forth one act at a time', () => {
    const past = remember(remember(noPast, step('', '1')), step('1', '2'));
    const once = undo(past);
    expect(once.edits).toEqual([edit('1')]);
    const twice = undo(once.past);
    expect(twice.edits).toEqual([edit('')]);
    expect(undo(twice.past).edits).toEqual([]);
    expect(redo(twice.past).edits).toEqual([edit('1')]);
  });

  it('forgets what was undone as soon as something else is done', () => {
    const { past } = undo(remember(noPast, step('', '1')));
    expect(redo(remember(past, step('', '5'))).edits).toEqual([]);
  });

  it('keeps a bounded past', () => {
    let past = noPast;
    for (let count = 0; count < 300; count += 1) past = remember(past, step(`${count}`, `${count + 1}`));
    expect(past.done).toHaveLength(200);
    expect(undo(past).edits).toEqual([edit('299')]);
  });
});

import { describe, expect, it } from 'vitest';
import { advance, move, typed } from './keyboard';

const bounds = { rows: 10, columns: 4, page: 5 };
const go = (row: number, column: number, key: string, ctrlKey = false) => {
  const cell = move({ row, column }, { key, ctrlKey }, bounds);
  return cell && [cell.row, cell.column];
};
const on = (row: number, column: number, key: string, shiftKey = false) => {
  const cell = advance({ row, column }, { key, shiftKey }, bounds);
  return [cell.row, cell.column];
};

describe('move', () => {
  it('goes by cell and stops at the edges', () => {
    expect(go(3, 1, 'ArrowDown')).toEqual([4, 1]);
    expect(go(3, 1, 'ArrowLeft')).toEqual([3, 0]);
    expect(go(3, 0, 'ArrowLeft')).toEqual([3, 0]);
    expect(go(9, 3, 'ArrowDown')).toEqual([9, 3]);
    expect(go(9, 3, 'ArrowRight')).toEqual([9, 3]);
  });

  it('reaches the header from the first row, and no further', () => {
    expect(go(0, 2, 'ArrowUp')).toEqual([-1, 2]);
    expect(go(-1, 2, 'ArrowUp')).toEqual([-1, 2]);
    expect(go(-1, 2, 'ArrowDown')).toEqual([0, 2]);
  });

  it('jumps within the row, and with Ctrl over the whole grid', () => {
    expect(go(3, 2, 'Home')).toEqual([3, 0]);
    expect(go(3, 2, 'End')).toEqual([3, 3]);
    expect(go(3, 2, 'Home', true)).toEqual([0, 0]);
    expect(go(3, 2, 'End', true)).toEqual([9, 3]);
    expect(go(3, 2, 'ArrowUp', true)).toEqual([0, 2]);
    expect(go(3, 2, 'ArrowDown', true)).toEqual([9, 2]);
  });

  it('turns pages without falling into the header', () => {
    expect(go(7, 1, 'PageUp')).toEqual([2, 1]);
    expect(go(2, 1, 'PageUp')).toEqual([0, 1]);
    expect(go(-1, 1, 'PageUp')).toEqual([-1, 1]);
    expect(go(7, 1, 'PageDown')).toEqual([9, 1]);
  });

  it('leaves other keys alone', () => {
    expect(go(3, 1, 'a')).toBeNull();
    expect(go(3, 1, 'Tab')).toBeNull();
  });

  it('stays where it is in an empty grid', () => {
    expect(
      move({ row: -1, column: 0 }, { key: 'ArrowDown', ctrlKey: false }, { rows: 0, columns: 2, page: 5 }),
    ).toEqual({
      row: -1,
      column: 0,
    });
  });
});

describe('advance', () => {
  it('goes along the row with Tab and wraps', () => {
    expect(on(3, 1, 'Tab')).toEqual([3, 2]);
    expect(on(3, 3, 'Tab')).toEqual([4, 0]);
    expect(on(3, 0, 'Tab', true)).toEqual([2, 3]);
    expect(on(9, 3, 'Tab')).toEqual([9, 3]);
  });

  it('goes down the column with Enter and on to the top of the next', () => {
    expect(on(3, 1, 'Enter')).toEqual([4, 1]);
    expect(on(9, 1, 'Enter')).toEqual([0, 2]);
    expect(on(9, 3, 'Enter')).toEqual([9, 3]);
    expect(on(0, 1, 'Enter', true)).toEqual([9, 0]);
  });
});

describe('typed', () => {
  const stroke = { ctrlKey: false, shiftKey: false, metaKey: false, altKey: false };
  it('takes what writes and leaves what commands', () => {
    expect(typed({ ...stroke, key: '7' })).toBe('7');
    expect(typed({ ...stroke, key: 'Enter' })).toBeNull();
    expect(typed({ ...stroke, key: ' ' })).toBeNull();
    expect(typed({ ...stroke, key: 's', ctrlKey: true })).toBeNull();
  });
});

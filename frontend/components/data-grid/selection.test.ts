import { describe, expect, it } from 'vitest';
import { cellsOf, place, rangeOf, sizeOf } from './selection';

const at = (top: number, left: number, bottom = top, right = left) => ({ top, left, bottom, right });
const texts = (placement: ReturnType<typeof place>) =>
  placement.cells.map(({ row, column, text }) => `${row},${column}=${text}`);

describe('rangeOf', () => {
  it('does not care in which direction it was drawn', () => {
    const a = { row: 5, column: 1 };
    const b = { row: 2, column: 3 };
    expect(rangeOf(a, b)).toEqual(at(2, 1, 5, 3));
    expect(rangeOf(b, a)).toEqual(rangeOf(a, b));
    expect(sizeOf(rangeOf(a, b))).toBe(12);
  });

  it('leaves the header out of the cells', () => {
    expect(cellsOf(at(-1, 0, 0, 1))).toEqual([
      { row: 0, column: 0 },
      { row: 0, column: 1 },
    ]);
  });
});

describe('place', () => {
  const block = [
    ['1', '2'],
    ['3', '4'],
  ];

  it('lays a block from the corner on', () => {
    expect(texts(place(block, at(1, 1), 10, 10))).toEqual(['1,1=1', '1,2=2', '2,1=3', '2,2=4']);
  });

  it('cuts off what does not fit, and says how much', () => {
    const placement = place(block, at(9, 3), 10, 4);
    expect(texts(placement)).toEqual(['9,3=1']);
    expect(placement.cut).toEqual({ rows: 1, columns: 1 });
    expect(placement.range).toEqual(at(9, 3));
  });

  it('fills the selection with one value, and repeats a block that divides it', () => {
    expect(texts(place([['7']], at(0, 0, 1, 1), 9, 9))).toEqual(['0,0=7', '0,1=7', '1,0=7', '1,1=7']);
    expect(texts(place([['1', '2']], at(0, 0, 1, 1), 9, 9))).toEqual(['0,0=1', '0,1=2', '1,0=1', '1,1=2']);
  });

  it('ignores a selection it does not divide', () => {
    expect(texts(place([['1'], ['2']], at(0, 0, 2, 0), 9, 9))).toEqual(['0,0=1', '1,0=2']);
  });

  it('leaves cells alone that a short line has no value for, but an empty value clears', () => {
    expect(texts(place([['1', '2'], ['3']], at(0, 0), 9, 9))).toEqual(['0,0=1', '0,1=2', '1,0=3']);
    expect(texts(place([['', '2']], at(0, 0), 9, 9))).toEqual(['0,0=', '0,1=2']);
  });

  it('places nothing for nothing', () => {
    expect(place([], at(0, 0), 9, 9).cells).toEqual([]);
  });
});

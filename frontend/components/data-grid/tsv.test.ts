import { describe, expect, it } from 'vitest';
import { parseTsv, toTsv } from './tsv';

describe('parseTsv', () => {
  it('reads a block, with or without a last line end, from every system', () => {
    const block = [
      ['8', '9.5'],
      ['', '7'],
    ];
    expect(parseTsv('8\t9.5\n\t7')).toEqual(block);
    expect(parseTsv('8\t9.5\r\n\t7\r\n')).toEqual(block);
    expect(parseTsv('8\t9.5\r\t7\r')).toEqual(block);
  });

  it('reads a column, and keeps its gaps', () => {
    expect(parseTsv('1\n\n3\n')).toEqual([['1'], [''], ['3']]);
  });

  it('understands quoted cells', () => {
    expect(parseTsv('"two\nlines"\t"a ""b"" c"\n5')).toEqual([['two\nlines', 'a "b" c'], ['5']]);
  });

  it('takes a quote within a cell as it is', () => {
    expect(parseTsv('5"\t6')).toEqual([['5"', '6']]);
  });

  it('trims what fixed-width columns leave around numbers', () => {
    expect(parseTsv(' 8 \t 9 ')).toEqual([['8', '9']]);
  });

  it('makes nothing of nothing', () => {
    expect(parseTsv('')).toEqual([]);
  });
});

describe('toTsv', () => {
  it('comes back as it went', () => {
    const rows = [
      ['a', 'with\ttab', 'with "quotes"'],
      ['', 'two\nlines', '7'],
    ];
    expect(parseTsv(toTsv(rows))).toEqual(rows);
  });
});

import { describe, expect, it } from 'vitest';
import { toCsv } from './csv';

describe('toCsv', () => {
  it('quotes what needs it and leaves numbers alone', () => {
    expect(toCsv([['Ada, "Countess"', '8.5', '']])).toBe('"Ada, ""Countess""",8.5,\r\n');
    expect(toCsv([['two\nlines', '-3']])).toBe('"two\nlines",-3\r\n');
  });

  it('makes no formula', () => {
    expect(toCsv([['=1+1', '@x', '+cmd', '-x', '-1']])).toBe("'=1+1,'@x,'+cmd,'-x,-1\r\n");
  });
});

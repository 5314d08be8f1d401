import { describe, expect, it } from 'vitest';
import { percentToWeight, readScore, sameScore, showScore, showWeight, sumOfWeights } from './scores';

const read = (text: string, max = '100.00') => readScore(text, max).score ?? readScore(text, max).problem;

describe('readScore', () => {
  it('takes point or comma, and spells what the API spells', () => {
    expect(read('87.5')).toBe('87.50');
    expect(read('87,5')).toBe('87.50');
    expect(read(' 7 ')).toBe('7.00');
    expect(read('007')).toBe('7.00');
    expect(read('.5')).toBe('0.50');
    expect(read('8.500')).toBe('8.50');
    expect(read('0')).toBe('0.00');
  });

  it('compares with the maximum exactly', () => {
    expect(read('40', '40.00')).toBe('40.00');
    expect(read('40.01', '40.00')).toMatch(/more than the maximum, 40/i);
    expect(read('0.01', '0.01')).toBe('0.01');
    expect(read('0.02', '0.01')).toMatch(/maximum/);
    expect(read('99999999999999999999')).toMatch(/maximum/);
  });

  it('rounds nothing away', () => {
    expect(read('1.005')).toMatch(/two decimal places/);
  });

  it('says what is no mark', () => {
    expect(read('absent')).toMatch(/not a number/i);
    expect(read('-1')).toMatch(/0 or more/);
    expect(read('1e1')).toMatch(/not a number/i);
    expect(read('')).toMatch(/not a number/i);
  });
});

describe('the rest', () => {
  it('knows equal numbers', () => {
    expect(sameScore('8,5', '8.50')).toBe(true);
    expect(sameScore('', '')).toBe(true);
    expect(sameScore('', '0.00')).toBe(false);
    expect(sameScore('x', 'x')).toBe(true);
    expect(sameScore('x', '8')).toBe(false);
  });

  it('shows scores and weights without needless zeros', () => {
    expect(showScore('87.50')).toBe('87.5');
    expect(showWeight('0.25')).toBe('25 %');
    expect(showWeight(null)).toBe('');
  });

  it('turns percent into weights and back without floating point', () => {
    expect(percentToWeight('7').weight).toBe('0.07');
    expect(percentToWeight('100 %').weight).toBe('1.00');
    expect(percentToWeight('')).toEqual({ weight: null, problem: null });
    expect(percentToWeight('120').problem).toMatch(/0 to 100/);
    expect(percentToWeight('12.5').problem).toMatch(/whole/);
  });

  it('sums weights in whole percent', () => {
    expect(sumOfWeights(['0.10', '0.20', null])).toBe(30);
    expect(sumOfWeights([null, null])).toBeNull();
    expect(sumOfWeights(['0.00'])).toBe(0);
  });
});

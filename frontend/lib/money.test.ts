import { describe, expect, it } from 'vitest';
import { formatMoney, isNegative, isZero, magnitude, parseAmount } from './money';

describe('money', () => {
  it('keeps every digit of an exact decimal', () => {
    expect(formatMoney('99999999.99', 'USD')).toMatch(/99[,.\s]?999[,.\s]?999[.,]99/);
    expect(formatMoney('0.10', 'USD')).toMatch(/0[.,]10/);
  });

  it.each([
    ['5000', '5000.00'],
    ['0.1', '0.10'],
    ['1,234.5', '1234.50'],
    ['1234,50', '1234.50'],
    [' 12.34 ', '12.34'],
    ['007', '7.00'],
    ['99999999.99', '99999999.99'],
  ])('reads %s as %s', (text, amount) => expect(parseAmount(text)).toBe(amount));

  it.each(['', '0', '0.00', '-5', '1e5', '1.234', 'NaN', '12,34,56', '100000000', '1.2.3', '٣'])(
    'refuses %s',
    (text) => expect(parseAmount(text)).toBeNull(),
  );

  it('knows a credit from a debt', () => {
    expect([isZero('0.00'), isZero('-0.00'), isZero('0.01')]).toEqual([true, true, false]);
    expect([isNegative('-5.00'), isNegative('-0.00'), isNegative('5.00')]).toEqual([true, false, false]);
    expect(magnitude('-5.00')).toBe('5.00');
  });
});

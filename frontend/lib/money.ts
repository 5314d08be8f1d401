/** Money comes as exact text. Intl reads the digits themselves, so that nothing is lost to a binary number. */
export function formatMoney(amount: string, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(
    amount as Intl.StringNumericLiteral,
  );
}

/** Beside an axis: no cents, thousands shortened. */
export function formatMoneyShort(amount: number, currency: string): string {
  return new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    notation: 'compact',
    maximumFractionDigits: 1,
  }).format(amount);
}

/** "1,234.5" and "1234,50" of a form as "1234.50", or null where no amount is meant. */
export function parseAmount(text: string): string | null {
  const plain = text.trim().replace(/\s/g, '');
  const match = /^(\d{1,8}|\d{1,3}(?:,\d{3})+)(?:[.,](\d{1,2}))?$/.exec(plain);
  if (!match?.[1]) return null;
  const whole = match[1].replaceAll(',', '').replace(/^0+(?=\d)/, '');
  const amount = `${whole}.${(match[2] ?? '').padEnd(2, '0')}`;
  return whole.length > 8 || /^0+\.00$/.test(amount) ? null : amount;
}

export const isZero = (amount: string): boolean => /^-?0*(\.0*)?$/.test(amount);
export const isNegative = (amount: string): boolean => amount.startsWith('-') && !isZero(amount);
/** What is owed below zero is a credit, shown without its sign. */
export const magnitude = (amount: string): string => amount.replace(/^-/, '');

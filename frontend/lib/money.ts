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

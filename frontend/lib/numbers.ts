const whole = new Intl.NumberFormat();
const credits = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });

export function formatCount(count: number): string {
  return whole.format(count);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Credits come as exact decimals in text: "4.00" reads 4, "2.50" reads 2.5. */
export function formatCredits(amount: string): string {
  return credits.format(Number(amount));
}

/** Sums decimal texts in hundredths, so that 0.1 + 0.2 stays 0.3. */
export function sumCredits(amounts: readonly string[]): string {
  const hundredths = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0);
  return (hundredths / 100).toFixed(2);
}

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

/** Exact decimals come as text and stay text: Intl reads the digits themselves. */
export function formatDecimal(text: string, places = 0): string {
  return new Intl.NumberFormat(undefined, {
    minimumFractionDigits: places,
    maximumFractionDigits: 2,
    useGrouping: false,
  }).format(text as Intl.StringNumericLiteral);
}

/** "93.75" reads 93.75 %; null, while there is nothing to measure, a dash. */
export function formatPercent(text: string | null | undefined, places = 0): string {
  return text == null ? '–' : `${formatDecimal(text, places)} %`;
}

/** A weight of "0.25" reads 25 %. */
export function formatWeight(text: string): string {
  return `${formatDecimal(String(Math.round(Number(text) * 100)))} %`;
}

/** Sums decimal texts in hundredths, so that 0.1 + 0.2 stays 0.3. */
export function sumCredits(amounts: readonly string[]): string {
  const hundredths = amounts.reduce((sum, amount) => sum + Math.round(Number(amount) * 100), 0);
  return (hundredths / 100).toFixed(2);
}

import { formatDecimal, formatWeight } from '@/lib/numbers';

/** Hundredths as a whole number: comparisons of decimals must be exact. */
function hundredths(score: string): number {
  const [whole = '0', places = ''] = score.split('.');
  return Number(whole) * 100 + Number(places.slice(0, 2).padEnd(2, '0'));
}

/** What somebody typed: comma or point, at most two places, within the maximum. Never a rounded guess. */
export function readScore(
  text: string,
  max: string,
): { score: string; problem: null } | { score: null; problem: string } {
  const plain = text.trim().replace(',', '.');
  const wrong = (problem: string) => ({ score: null, problem });
  if (/^-/.test(plain)) return wrong('A mark is 0 or more.');
  if (!/^(\d+\.?\d*|\.\d+)$/.test(plain)) return wrong('Not a number. Write it like 87.5.');
  if (/\.\d{2}\d*[1-9]/.test(plain)) return wrong('At most two decimal places.');
  const [whole, places = ''] = plain.split('.');
  const score = `${(whole ?? '').replace(/^0+(?=\d)/, '') || '0'}.${places.slice(0, 2).padEnd(2, '0')}`;
  if (score.length > 9 || hundredths(score) > hundredths(max)) {
    return wrong(`More than the maximum, ${showScore(max)}.`);
  }
  return { score, problem: null };
}

/** "87.50" reads 87.5, with the reader's decimal sign. */
export function showScore(score: string): string {
  return formatDecimal(score);
}

/** The same number, however it is written; two texts that are none are the same if they are equal. */
export function sameScore(a: string, b: string): boolean {
  if (a === '' || b === '') return a === b;
  const [left, right] = [readScore(a, '999.99').score, readScore(b, '999.99').score];
  return left === null || right === null ? a === b : left === right;
}

/** "0.25" reads 25 %. */
export function showWeight(weight: string | null | undefined): string {
  return weight == null ? '' : formatWeight(weight);
}

export function weightToPercent(weight: string | null | undefined): string {
  return weight == null ? '' : String(hundredths(weight));
}

/** A whole number of percent, as the API takes weights; empty is none. */
export function percentToWeight(
  text: string,
): { weight: string | null; problem: null } | { weight: null; problem: string } {
  const plain = text.trim().replace('%', '').trim();
  if (plain === '') return { weight: null, problem: null };
  if (!/^\d{1,3}$/.test(plain) || Number(plain) > 100) {
    return { weight: null, problem: 'A whole number from 0 to 100.' };
  }
  return { weight: (Number(plain) / 100).toFixed(2), problem: null };
}

/** In whole percent. Null as long as no assignment has a weight: then all count equally. */
export function sumOfWeights(weights: readonly (string | null | undefined)[]): number | null {
  const given = weights.filter((weight) => weight != null);
  return given.length === 0 ? null : given.reduce((sum, weight) => sum + hundredths(weight), 0);
}

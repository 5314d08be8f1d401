/** One line or one set of bars; as many values as the chart has places. */
export interface Series {
  name: string;
  values: readonly number[];
}

export interface ChartProps {
  /** What is drawn, as a sentence without its stop; also the name of the table beside it. */
  title: string;
  /** The name of each place: a day, a month, a range of marks. */
  labels: readonly string[];
  /** Shorter names for below the axis. */
  ticks?: readonly string[];
  /** Heading of the labels in the table. */
  what: string;
  series: readonly Series[];
  format: (value: number) => string;
  /** Next to the axis, where `format` would be too long. */
  formatAxis?: (value: number) => string;
}

export const HEIGHT = 220;
export const MARGIN = { top: 10, right: 12, bottom: 26, left: 60 };

/** As many labels as have room, evenly spaced, the last always among them. */
export function tickIndexes(count: number, width: number, roomEach: number): number[] {
  if (count === 0) return [];
  const most = Math.max(1, Math.floor(width / roomEach));
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => count - 1 - index * step).reverse();
}

/** The extent to draw: zero is always in it, and a chart of nothing but zeros has a height all the same. */
export function extent(series: readonly Series[]): [number, number] {
  const values = series.flatMap(({ values: all }) => all);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  return low === high ? [0, 1] : [low, high];
}

/** What is read out for one place: "3 March 2026: 12 enrolled, 2 dropped". */
export function spoken(
  { labels, series, format }: Pick<ChartProps, 'labels' | 'series' | 'format'>,
  index: number,
): string {
  const values = series.map(({ name, values: all }) => `${format(all[index] ?? 0)} ${name.toLowerCase()}`);
  return `${labels[index]}: ${values.join(', ')}`;
}

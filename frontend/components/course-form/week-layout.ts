import { assignLanes } from '@/lib/lanes';
import type { Day, Slot } from '@/lib/schedule';

interface Area {
  days: readonly Day[];
  from: number;
  to: number;
}

/** Where each slot lies in the grid, in percent; the order stays as given. */
export function layOut<T extends Slot & { key: string }>(items: readonly T[], { days, from, to }: Area) {
  const lanes = new Map(
    days.flatMap((day) =>
      assignLanes(items.filter((item) => item.day === day)).map((laned) => [laned.key, laned] as const),
    ),
  );
  return items.map((item) => {
    const { lane, lanes: count } = lanes.get(item.key) ?? { lane: 0, lanes: 1 };
    const percent = (part: number, whole: number) => `${(part / whole) * 100}%`;
    return {
      item,
      style: {
        top: percent(item.start - from, to - from),
        height: percent(item.end - item.start, to - from),
        left: percent(days.indexOf(item.day) + lane / count, days.length),
        width: percent(1 / count, days.length),
      },
    };
  });
}

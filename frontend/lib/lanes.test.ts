import { describe, expect, it } from 'vitest';
import { assignLanes } from './lanes';

const lanesOf = (...spans: [number, number][]) =>
  assignLanes(spans.map(([start, end]) => ({ start, end }))).map(({ start, lane, lanes }) => [
    start,
    lane,
    lanes,
  ]);

describe('assignLanes', () => {
  it('gives a lone meeting the whole width', () => {
    expect(lanesOf([9, 10])).toEqual([[9, 0, 1]]);
  });

  it('sets overlapping meetings side by side', () => {
    expect(lanesOf([9, 11], [10, 12])).toEqual([
      [9, 0, 2],
      [10, 1, 2],
    ]);
  });

  it('does not count touching as overlapping', () => {
    expect(lanesOf([9, 11], [11, 12])).toEqual([
      [9, 0, 1],
      [11, 0, 1],
    ]);
  });

  it('uses a freed lane again within a chain of overlaps', () => {
    expect(lanesOf([9, 11], [10, 13], [11, 12])).toEqual([
      [9, 0, 2],
      [10, 1, 2],
      [11, 0, 2],
    ]);
  });

  it('keeps separate groups apart', () => {
    expect(lanesOf([9, 10], [9, 10], [9, 10], [14, 15]).map(([, , lanes]) => lanes)).toEqual([3, 3, 3, 1]);
  });

  it('draws nothing for nothing', () => {
    expect(assignLanes([])).toEqual([]);
  });
});

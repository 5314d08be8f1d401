/** Side-by-side columns for meetings of one day: equal widths, because a clash is an error and should look like one. */
export type Laned<T> = T & { lane: number; lanes: number };

export function assignLanes<T extends { start: number; end: number }>(items: readonly T[]): Laned<T>[] {
  const sorted = [...items].sort((a, b) => a.start - b.start || b.end - a.end);
  const done: Laned<T>[] = [];
  let group: Laned<T>[] = [];
  let laneEnds: number[] = [];

  const closeGroup = () => {
    for (const item of group) item.lanes = laneEnds.length;
    done.push(...group);
    group = [];
    laneEnds = [];
  };

  for (const item of sorted) {
    if (laneEnds.length && item.start >= Math.max(...laneEnds)) closeGroup();
    const free = laneEnds.findIndex((end) => end <= item.start);
    const lane = free === -1 ? laneEnds.length : free;
    laneEnds[lane] = item.end;
    group.push({ ...item, lane, lanes: 1 });
  }
  closeGroup();
  return done;
}

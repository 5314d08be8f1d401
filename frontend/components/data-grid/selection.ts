import type { Cell } from './model';

/** Both corners are part of it. */
export interface Range {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

export function rangeOf(a: Cell, b: Cell): Range {
  return {
    top: Math.min(a.row, b.row),
    left: Math.min(a.column, b.column),
    bottom: Math.max(a.row, b.row),
    right: Math.max(a.column, b.column),
  };
}

export function sizeOf({ top, left, bottom, right }: Range): number {
  return (bottom - top + 1) * (right - left + 1);
}

export function cellsOf({ top, left, bottom, right }: Range): Cell[] {
  const cells: Cell[] = [];
  for (let row = Math.max(top, 0); row <= bottom; row += 1) {
    for (let column = left; column <= right; column += 1) cells.push({ row, column });
  }
  return cells;
}

export interface Placed extends Cell {
  text: string;
}

export interface Placement {
  cells: Placed[];
  /** The part of the grid that was written over. */
  range: Range;
  /** Rows and columns of the block for which the grid had no place. */
  cut: { rows: number; columns: number };
}

/**
 * Lays a block over the grid from the selection's top left corner on. One value fills the whole selection, and a block
 * that divides the selection evenly is repeated in it.
 */
export function place(
  block: readonly string[][],
  selection: Range,
  rows: number,
  columns: number,
): Placement {
  const height = block.length;
  const width = Math.max(0, ...block.map((line) => line.length));
  const top = Math.max(selection.top, 0);
  const selected = { height: selection.bottom - top + 1, width: selection.right - selection.left + 1 };
  const repeats = height > 0 && width > 0 && selected.height % height === 0 && selected.width % width === 0;
  const asked = repeats ? selected : { height, width };
  const bottom = Math.min(top + asked.height, rows) - 1;
  const right = Math.min(selection.left + asked.width, columns) - 1;

  const range = { top, left: selection.left, bottom, right };
  const cells = cellsOf(range).flatMap(({ row, column }): Placed[] => {
    // A short line of a block leaves the cells beyond its end alone.
    const text = block[(row - top) % height]?.[(column - range.left) % width];
    return text === undefined ? [] : [{ row, column, text }];
  });
  return {
    cells,
    range,
    cut: {
      rows: asked.height - (bottom - top + 1),
      columns: asked.width - (right - selection.left + 1),
    },
  };
}

import { HEADER, type Bounds, type Cell } from './model';

export interface Stroke {
  key: string;
  ctrlKey: boolean;
  shiftKey: boolean;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** Where a key leads, or null if it does not move. Nothing leads out of the grid: Tab does that. */
export function move(
  from: Cell,
  { key, ctrlKey }: Pick<Stroke, 'key' | 'ctrlKey'>,
  bounds: Bounds,
): Cell | null {
  const { row, column } = from;
  const last = { row: bounds.rows - 1, column: bounds.columns - 1 };
  const to = (next: Cell): Cell => ({
    row: clamp(next.row, HEADER, last.row),
    column: clamp(next.column, 0, last.column),
  });
  switch (key) {
    case 'ArrowUp':
      return to({ row: ctrlKey && row > 0 ? 0 : row - 1, column });
    case 'ArrowDown':
      return to({ row: ctrlKey ? last.row : row + 1, column });
    case 'ArrowLeft':
      return to({ row, column: ctrlKey ? 0 : column - 1 });
    case 'ArrowRight':
      return to({ row, column: ctrlKey ? last.column : column + 1 });
    case 'Home':
      return to({ row: ctrlKey ? 0 : row, column: 0 });
    case 'End':
      return to({ row: ctrlKey ? last.row : row, column: last.column });
    case 'PageUp':
      return to({ row: Math.max(Math.min(row, 0), row - bounds.page), column });
    case 'PageDown':
      return to({ row: row + bounds.page, column });
    default:
      return null;
  }
}

/** After typing: Tab goes along the row and on to the next, Enter down the column and on to the next. */
export function advance(
  from: Cell,
  { key, shiftKey }: Pick<Stroke, 'key' | 'shiftKey'>,
  bounds: Bounds,
): Cell {
  const step = shiftKey ? -1 : 1;
  const { rows, columns } = bounds;
  if (key === 'Enter') {
    const row = from.row + step;
    if (row >= 0 && row < rows) return { row, column: from.column };
    const column = from.column + step;
    if (column < 0 || column >= columns) return from;
    return { row: shiftKey ? rows - 1 : 0, column };
  }
  const column = from.column + step;
  if (column >= 0 && column < columns) return { row: from.row, column };
  const row = from.row + step;
  if (row < 0 || row >= rows) return from;
  return { row, column: shiftKey ? columns - 1 : 0 };
}

/** A letter, digit or sign begins to write over the cell; chords, named keys and the call for help do not. */
export function typed({
  key,
  ctrlKey,
  metaKey,
  altKey,
}: Stroke & { metaKey: boolean; altKey: boolean }): string | null {
  return key.length === 1 && key !== ' ' && key !== '?' && !ctrlKey && !metaKey && !altKey ? key : null;
}

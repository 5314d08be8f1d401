'use client';

import { useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { advance, move, typed } from './keyboard';
import { HEADER, type Cell, type CellEdit, type GridColumn } from './model';
import { cellsOf, place, rangeOf, type Range } from './selection';
import { parseTsv, toTsv } from './tsv';
import { noPast, redo, remember, undo, type Past } from './undo';

/** By name, not by number: rows may come, go and be sorted while one types. `null` is the header's row. */
interface Spot {
  row: string | null;
  column: string;
}

export interface Editing extends Spot {
  row: string;
  text: string;
  /** Begun by typing: arrows finish the cell instead of moving the caret. */
  overwrites: boolean;
}

interface GridOptions<Row> {
  rows: readonly Row[];
  columns: readonly GridColumn<Row>[];
  rowId: (row: Row) => string;
  page: () => number;
  onEdit: (edits: CellEdit[]) => void;
  onOpen?: (row: Row, column: GridColumn<Row>) => void;
  onSort: (column: string) => void;
}

export function useGrid<Row>({ rows, columns, rowId, page, onEdit, onOpen, onSort }: GridOptions<Row>) {
  const [active, setActive] = useState<Spot>(() => firstSpot(rows, columns, rowId));
  const [anchor, setAnchor] = useState<Spot>(active);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [message, setMessage] = useState('');
  const past = useRef<Past>(noPast);

  const index = useMemo(
    () => ({
      rows: new Map(rows.map((row, at) => [rowId(row), at])),
      columns: new Map(columns.map(({ id }, at) => [id, at])),
    }),
    [rows, columns, rowId],
  );
  const bounds = () => ({ rows: rows.length, columns: columns.length, page: page() });
  const cellOf = ({ row, column }: Spot): Cell => ({
    row: row === null ? HEADER : (index.rows.get(row) ?? (rows.length ? 0 : HEADER)),
    column: index.columns.get(column) ?? 0,
  });
  const spotOf = ({ row, column }: Cell): Spot => {
    const at = rows[row];
    return { row: at === undefined ? null : rowId(at), column: columns[column]?.id ?? '' };
  };
  const here = cellOf(active);
  const range: Range = rangeOf(here, cellOf(anchor));

  const goTo = (cell: Cell, extend = false) => {
    const spot = spotOf(cell);
    setActive(spot);
    if (!extend) setAnchor(spot);
    setMessage('');
  };

  const textAt = (edit: { row: string; column: string }): string => {
    const row = rows[index.rows.get(edit.row) ?? -1];
    return (row && columns[index.columns.get(edit.column) ?? -1]?.view(row).text) ?? '';
  };

  /** Asks for the change and remembers how to take it back. Says how many cells could not be written. */
  const write = (wanted: readonly (Cell & { text: string })[]): number => {
    const edits: CellEdit[] = [];
    let closed = 0;
    for (const cell of wanted) {
      const [row, column] = [rows[cell.row], columns[cell.column]];
      if (!row || !column) continue;
      const view = column.view(row);
      if (!view.editable) closed += 1;
      else if (view.text !== cell.text) edits.push({ row: rowId(row), column: column.id, text: cell.text });
    }
    if (edits.length > 0) {
      const before = edits.map((edit) => ({ ...edit, text: textAt(edit) }));
      past.current = remember(past.current, { before, after: edits });
      onEdit(edits);
    }
    return closed;
  };

  const begin = (cell: Cell, text: string | null) => {
    const [row, column] = [rows[cell.row], columns[cell.column]];
    if (!row || !column) return;
    const view = column.view(row);
    if (!view.editable) {
      if (text === null) onOpen?.(row, column);
      else setMessage(view.note ?? 'This cell cannot be changed');
      return;
    }
    const spot = { row: rowId(row), column: column.id };
    setActive(spot);
    setAnchor(spot);
    setMessage('');
    setEditing({ ...spot, text: text ?? view.text, overwrites: text !== null });
  };

  const finish = (text: string | null, then: { key: string; shiftKey: boolean } | null) => {
    if (!editing) return;
    const cell = cellOf(editing);
    setEditing(null);
    if (text !== null) write([{ ...cell, text: text.trim() }]);
    if (!then) return;
    const next =
      then.key === 'Enter' || then.key === 'Tab'
        ? advance(cell, then, bounds())
        : move(cell, { key: then.key, ctrlKey: false }, bounds());
    if (next) goTo(next);
  };

  const clear = () => {
    const closed = write(cellsOf(range).map((cell) => ({ ...cell, text: '' })));
    setMessage(closed > 0 ? closedMessage(closed) : '');
  };

  const travel = (step: typeof undo) => {
    const { past: next, edits } = step(past.current);
    past.current = next;
    const known = edits.filter(({ row, column }) => index.rows.has(row) && index.columns.has(column));
    const [first] = known;
    if (!first) return setMessage(step === undo ? 'Nothing to undo' : 'Nothing to redo');
    onEdit([...known]);
    goTo(cellOf(first));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const { key, shiftKey } = event;
    const ctrlKey = event.ctrlKey || event.metaKey;
    const handled = (act: () => void) => {
      event.preventDefault();
      // The page's own single keys must not hear what is typed here.
      event.stopPropagation();
      act();
    };
    const next = event.altKey ? null : move(here, { key, ctrlKey }, bounds());
    if (next) return handled(() => goTo(next, shiftKey && next.row !== HEADER));
    if (ctrlKey && key.toLowerCase() === 'z') return handled(() => travel(shiftKey ? redo : undo));
    if (ctrlKey && key.toLowerCase() === 'y') return handled(() => travel(redo));
    if (ctrlKey && key.toLowerCase() === 'a') {
      return handled(() => {
        setAnchor(spotOf({ row: 0, column: 0 }));
        setActive(spotOf({ row: rows.length - 1, column: columns.length - 1 }));
      });
    }
    if (here.row === HEADER) {
      const column = columns[here.column];
      if (key === 'Enter' && column?.onHeader) handled(column.onHeader);
      else if ((key === 's' && !ctrlKey) || (key === 'Enter' && column?.sortValue))
        handled(() => column?.sortValue && onSort(column.id));
      return;
    }
    if (key === 'F2' && shiftKey) return handled(() => openAt(here));
    if (key === 'F2' || key === 'Enter') return handled(() => begin(here, null));
    if (key === 'Delete' || key === 'Backspace') return handled(clear);
    // Escape belongs to what is around the grid, unless there is a selection to give up.
    if (key === 'Escape' && (range.top !== range.bottom || range.left !== range.right)) {
      event.stopPropagation();
      return handled(() => setAnchor(active));
    }
    const letter = typed(event);
    if (letter !== null) handled(() => begin(here, letter));
  };

  const openAt = (cell: Cell) => {
    const [row, column] = [rows[cell.row], columns[cell.column]];
    if (row && column) onOpen?.(row, column);
  };

  const onCopy = (event: ClipboardEvent) => {
    if (editing) return;
    event.preventDefault();
    const lines: string[][] = [];
    for (const row of rows.slice(Math.max(range.top, 0), range.bottom + 1)) {
      lines.push(columns.slice(range.left, range.right + 1).map((column) => column.view(row).text));
    }
    event.clipboardData.setData('text/plain', toTsv(lines));
    setMessage(lines.length * (range.right - range.left + 1) === 1 ? 'Copied' : `Copied ${size(range)}`);
  };

  const onPaste = (event: ClipboardEvent) => {
    if (editing) return;
    event.preventDefault();
    const block = parseTsv(event.clipboardData.getData('text/plain'));
    if (block.length === 0) return;
    const { cells, range: target, cut } = place(block, range, rows.length, columns.length);
    const closed = write(cells);
    setAnchor(spotOf({ row: target.top, column: target.left }));
    setActive(spotOf({ row: target.bottom, column: target.right }));
    setMessage(
      [
        `Pasted ${size(target)}`,
        closed > 0 && closedMessage(closed),
        cut.rows > 0 && `${cut.rows} more rows than students`,
        cut.columns > 0 && `${cut.columns} more columns than there are`,
      ]
        .filter(Boolean)
        .join(' · '),
    );
  };

  const onCut = (event: ClipboardEvent) => {
    if (editing) return;
    onCopy(event);
    clear();
  };

  return {
    here,
    range,
    editing,
    message,
    goTo,
    begin,
    finish,
    handlers: { onKeyDown, onCopy, onCut, onPaste },
  };
}

function firstSpot<Row>(
  rows: readonly Row[],
  columns: readonly GridColumn<Row>[],
  rowId: (row: Row) => string,
): Spot {
  const [row] = rows;
  const column = columns.find(({ pin }) => !pin) ?? columns[0];
  return { row: row === undefined ? null : rowId(row), column: column?.id ?? '' };
}

function size({ top, left, bottom, right }: Range): string {
  return `${bottom - Math.max(top, 0) + 1} × ${right - left + 1} cells`;
}

function closedMessage(count: number): string {
  return count === 1 ? '1 cell cannot be changed' : `${count} cells cannot be changed`;
}

'use client';

import { defaultRangeExtractor, useVirtualizer, type Range as Drawn } from '@tanstack/react-virtual';
import {
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
  type CSSProperties,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { GridHeader } from './grid-header';
import { cellId, GridRow } from './grid-row';
import { HEADER, type Cell, type CellEdit, type GridColumn } from './model';
import { sizeOf } from './selection';
import { useGrid } from './use-grid';
import { useSorted } from './use-sorted';

interface DataGridProps<Row extends object> {
  label: string;
  rows: Row[];
  columns: readonly GridColumn<Row>[];
  rowId: (row: Row) => string;
  onEdit: (edits: CellEdit[]) => void;
  /** Enter on a cell that cannot be typed in, or Shift F2 on any. */
  onOpen?: (row: Row, column: GridColumn<Row>) => void;
  /** Told which cell the line below the grid is about. */
  describe?: (row: Row, column: GridColumn<Row>) => ReactNode;
  /** What may be done here, said where there is room and nothing else to say. */
  hint?: string;
  className?: string;
}

const ROW = 36;
const HEAD = 52;

/**
 * A spreadsheet for the keyboard, drawn only where it is looked at. The focus stays on the grid itself
 * (`aria-activedescendant`), so that no scrolling can lose it.
 */
export function DataGrid<Row extends object>({
  label,
  rows,
  columns,
  rowId,
  onEdit,
  onOpen,
  describe,
  hint,
  className = '',
}: DataGridProps<Row>) {
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { sorted, sorting } = useSorted(rows, columns);
  const grid = useGrid({
    rows: sorted,
    columns,
    rowId,
    page: () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 400) - HEAD) / ROW) - 1),
    onEdit,
    onOpen,
    onSort: sorting.turn,
  });
  const { here, range, editing } = grid;
  const view = useDrawn(scroller, sorted.length, columns, here);

  const finish = useStable((text: string | null, then: { key: string; shiftKey: boolean } | null) => {
    grid.finish(text, then);
    // After blur the focus is where the user put it.
    if (then || text === null) scroller.current?.focus({ preventScroll: true });
  });

  const pointer = {
    onMouseDown: (event: MouseEvent) => {
      const cell = cellUnder(event);
      if (!cell || event.button !== 0 || isEditor(event)) return;
      const column = columns[cell.column];
      if (cell.row === HEADER && column) {
        const wantsSort = (event.target as Element).closest('[data-sort]') || !column.onHeader;
        if (!wantsSort) column.onHeader?.();
        else if (column.sortValue) sorting.turn(column.id);
      }
      grid.goTo(cell, event.shiftKey && cell.row !== HEADER);
    },
    onMouseOver: (event: MouseEvent) => {
      const cell = event.buttons === 1 && !isEditor(event) ? cellUnder(event) : null;
      if (cell && cell.row !== HEADER && here.row !== HEADER) grid.goTo(cell, true);
    },
    onDoubleClick: (event: MouseEvent) => {
      const cell = isEditor(event) ? null : cellUnder(event);
      if (cell && cell.row !== HEADER) grid.begin(cell, null);
    },
  };

  const said = grid.message || (sizeOf(range) > 1 ? `${sizeOf(range)} cells selected` : '');
  const [row, column] = [sorted[here.row], columns[here.column]];
  return (
    <div className={`card group/grid flex min-h-0 flex-col overflow-hidden ${className}`}>
      <div
        ref={scroller}
        role="grid"
        aria-label={label}
        aria-rowcount={sorted.length + 1}
        aria-colcount={columns.length}
        aria-multiselectable
        aria-activedescendant={cellId(gridId, here.row, here.column)}
        tabIndex={0}
        {...grid.handlers}
        {...pointer}
        className="relative min-h-0 flex-1 cursor-default overflow-auto overscroll-contain text-sm outline-none select-none"
      >
        <div
          style={{ width: view.width, minWidth: '100%', '--middle': `${view.middle}px` } as CSSProperties}
          className="relative"
        >
          <GridHeader
            gridId={gridId}
            columns={columns}
            drawn={view.columns}
            starts={view.starts}
            here={here}
            height={HEAD}
            sorting={sorting}
          />
          <div role="rowgroup" style={{ height: view.height }} className="relative">
            {view.rows.map((item) => {
              const at = sorted[item.index];
              if (!at) return null;
              const selected = item.index >= range.top && item.index <= range.bottom;
              const id = rowId(at);
              return (
                <GridRow
                  key={id}
                  row={at}
                  index={item.index}
                  top={item.start - HEAD}
                  height={ROW}
                  gridId={gridId}
                  columns={columns}
                  drawn={view.columns}
                  starts={view.starts}
                  activeColumn={here.row === item.index ? here.column : -1}
                  left={selected ? range.left : -1}
                  right={selected ? range.right : -1}
                  editing={editing?.row === id ? editing : null}
                  onFinish={finish}
                />
              );
            })}
          </div>
        </div>
      </div>
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 border-t border-line bg-sunken px-3 py-1.5 text-xs text-muted">
        <div className="min-w-0 flex-1">{row && column ? describe?.(row, column) : column?.headerHint}</div>
        {hint && !said && <p className="shrink-0 max-lg:hidden">{hint}</p>}
        <p aria-live="polite" className="shrink-0 tabular-nums">
          {said}
        </p>
      </div>
    </div>
  );
}

/** Which rows and columns are worth drawing; the one with the focus always is. */
function useDrawn<Row>(
  scroller: React.RefObject<HTMLDivElement | null>,
  count: number,
  columns: readonly GridColumn<Row>[],
  here: Cell,
) {
  const starts = columns.filter(({ pin }) => pin === 'start').length;
  const middle = columns.filter(({ pin }) => !pin);
  const widthOf = (pin: 'start' | 'end') =>
    columns.filter((column) => column.pin === pin).reduce((sum, column) => sum + column.width, 0);
  const [left, right] = [widthOf('start'), widthOf('end')];
  const [room, setRoom] = useState(0);
  const stretch = stretchOf(middle, room - left - right);
  const column = here.column - starts;

  const rowRange = useCallback((drawn: Drawn) => withFocus(drawn, here.row), [here.row]);
  const columnRange = useCallback((drawn: Drawn) => withFocus(drawn, column), [column]);
  const vertical = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    overscan: 6,
    rangeExtractor: rowRange,
  });
  const horizontal = useVirtualizer({
    horizontal: true,
    count: middle.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (middle[at]?.width ?? 0) * stretch,
    onChange: ({ scrollRect }) => setRoom(scrollRect?.width ?? 0),
    paddingStart: left,
    paddingEnd: right,
    scrollPaddingStart: left,
    scrollPaddingEnd: right,
    overscan: 2,
    rangeExtractor: columnRange,
  });

  // Widths are read once; they change when columns do.
  useEffect(() => horizontal.measure(), [horizontal, columns, stretch]);
  useEffect(() => {
    if (here.row >= 0) vertical.scrollToIndex(here.row, { align: 'auto' });
  }, [vertical, here.row]);
  useEffect(() => {
    if (column >= 0 && column < middle.length) horizontal.scrollToIndex(column, { align: 'auto' });
  }, [horizontal, column, middle.length]);

  return {
    rows: vertical.getVirtualItems(),
    columns: horizontal.getVirtualItems(),
    width: horizontal.getTotalSize(),
    middle: horizontal.getTotalSize() - left - right,
    height: vertical.getTotalSize(),
    starts,
  };
}

const MOST_STRETCH = 1.5;

/** A few columns fill the room there is, many keep their width. */
function stretchOf(columns: readonly { width: number }[], room: number): number {
  const asked = columns.reduce((sum, { width }) => sum + width, 0);
  return asked === 0 ? 1 : Math.min(MOST_STRETCH, Math.max(1, room / asked));
}

function withFocus(drawn: Drawn, focus: number): number[] {
  const shown = defaultRangeExtractor(drawn);
  return focus < 0 || focus >= drawn.count || shown.includes(focus) ? shown : [...shown, focus];
}

/** The newest of a function under one name, for rows that are drawn again only when their own data changed. */
function useStable<Args extends unknown[]>(fn: (...args: Args) => void): (...args: Args) => void {
  const newest = useRef(fn);
  useEffect(() => {
    newest.current = fn;
  });
  return useCallback((...args: Args) => newest.current(...args), []);
}

function cellUnder(event: MouseEvent): Cell | null {
  const cell = (event.target as Element).closest<HTMLElement>('[data-column]');
  return cell ? { row: Number(cell.dataset.row), column: Number(cell.dataset.column) } : null;
}

function isEditor(event: MouseEvent): boolean {
  return event.target instanceof HTMLInputElement;
}

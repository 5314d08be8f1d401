'use client';

import { ArrowDown, ArrowUp, ArrowUpDown } from 'lucide-react';
import type { VirtualItem } from '@tanstack/react-virtual';
import { aligns, cellId } from './grid-row';
import { HEADER, type Cell, type GridColumn } from './model';
import type { Sorting } from './use-sorted';

interface GridHeaderProps<Row> {
  gridId: string;
  columns: readonly GridColumn<Row>[];
  drawn: readonly VirtualItem[];
  starts: number;
  here: Cell;
  height: number;
  sorting: Sorting;
}

export function GridHeader<Row>({
  gridId,
  columns,
  drawn,
  starts,
  here,
  height,
  sorting,
}: GridHeaderProps<Row>) {
  const cell = (column: GridColumn<Row>, at: number, item?: VirtualItem) => {
    const sorted = sorting.column === column.id;
    const Arrow = sorted ? (sorting.descending ? ArrowDown : ArrowUp) : ArrowUpDown;
    const position = item
      ? 'absolute inset-y-0 border-r'
      : `sticky z-20 ${column.pin === 'end' ? 'right-0 ml-[calc(var(--middle)-1px)] border-x' : 'left-0 border-r'}`;
    return (
      <div
        key={column.id}
        id={cellId(gridId, HEADER, at)}
        role="columnheader"
        aria-colindex={at + 1}
        aria-sort={sorted ? (sorting.descending ? 'descending' : 'ascending') : undefined}
        data-row={HEADER}
        data-column={at}
        title={column.headerHint}
        style={item ? { left: item.start, width: item.size } : { width: column.width }}
        className={`group/header flex shrink-0 items-center gap-1 border-line bg-sunken px-2 text-xs font-medium text-muted ${position} ${
          column.onHeader ? 'cursor-pointer hover:text-ink' : ''
        } ${here.row === HEADER && here.column === at ? 'outline-2 -outline-offset-2 outline-accent group-focus-within/grid:outline-solid' : ''}`}
      >
        <span className={`min-w-0 flex-1 truncate ${aligns[column.align ?? 'start']}`}>
          {column.header ?? column.label}
        </span>
        {column.sortValue && (
          <span
            data-sort
            aria-hidden
            title="Sort"
            className={`absolute right-1 bottom-1 grid size-5 cursor-pointer place-items-center rounded bg-sunken hover:bg-line ${
              sorted ? 'text-ink' : 'opacity-0 group-hover/header:opacity-100'
            }`}
          >
            <Arrow className="size-3" />
          </span>
        )}
      </div>
    );
  };
  const pinnedAt = (pin: 'start' | 'end') =>
    columns.map((column, at) => (column.pin === pin ? cell(column, at) : null));

  return (
    <div
      role="row"
      aria-rowindex={1}
      style={{ height }}
      className="sticky top-0 z-20 flex border-b border-line bg-sunken"
    >
      {pinnedAt('start')}
      {drawn.map((item) => {
        const at = item.index + starts;
        const column = columns[at];
        return column && cell(column, at, item);
      })}
      {pinnedAt('end')}
    </div>
  );
}

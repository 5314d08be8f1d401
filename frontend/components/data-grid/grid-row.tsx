'use client';

import { memo } from 'react';
import type { VirtualItem } from '@tanstack/react-virtual';
import { CellEditor } from './cell-editor';
import type { CellTone, GridColumn } from './model';
import type { Editing } from './use-grid';

interface GridRowProps<Row> {
  row: Row;
  index: number;
  top: number;
  height: number;
  gridId: string;
  columns: readonly GridColumn<Row>[];
  drawn: readonly VirtualItem[];
  starts: number;
  /** Which column of this row has the focus, and which part of it is selected. */
  activeColumn: number;
  left: number;
  right: number;
  editing: Editing | null;
  onFinish: (text: string | null, then: { key: string; shiftKey: boolean } | null) => void;
}

const tones: Record<CellTone, string> = {
  changed: 'cell-changed font-medium',
  invalid: 'cell-wrong bg-bad-soft! text-bad',
  conflict: 'cell-wrong bg-warn-soft! text-warn',
  locked: 'text-muted',
};

export const aligns = { start: 'text-left', end: 'text-right', center: 'text-center' };

export function cellId(gridId: string, row: number, column: number): string {
  return `${gridId}-${row}-${column}`;
}

function Row<Row>({
  row,
  index,
  top,
  height,
  gridId,
  columns,
  drawn,
  starts,
  activeColumn,
  left,
  right,
  editing,
  onFinish,
}: GridRowProps<Row>) {
  const cell = (column: GridColumn<Row>, at: number, item?: VirtualItem) => {
    const view = column.view(row);
    const active = at === activeColumn;
    const selected = at >= left && at <= right;
    const position = item
      ? 'absolute inset-y-0'
      : `sticky z-10 ${column.pin === 'end' ? 'right-0 ml-[calc(var(--middle)-1px)] border-x' : 'left-0 border-r'}`;
    const align = aligns[column.align ?? 'start'];
    return (
      <div
        key={column.id}
        id={cellId(gridId, index, at)}
        role={at === 0 ? 'rowheader' : 'gridcell'}
        aria-colindex={at + 1}
        aria-selected={selected}
        aria-readonly={view.editable ? undefined : true}
        aria-invalid={view.tone === 'invalid' || undefined}
        data-row={index}
        data-column={at}
        style={item ? { left: item.start, width: item.size } : { width: column.width }}
        className={`flex shrink-0 items-center border-line px-2 tabular-nums ${position} ${item ? 'border-r' : ''} ${
          selected && !active ? 'bg-accent-soft' : 'bg-surface'
        } ${view.tone ? tones[view.tone] : ''} ${
          active
            ? 'z-10 outline-2 -outline-offset-2 outline-accent group-focus-within/grid:outline-solid'
            : ''
        }`}
      >
        <span className={`min-w-0 flex-1 truncate ${align}`}>{column.render?.(row) ?? view.text}</span>
        {view.note && <span className="sr-only">, {view.note}</span>}
        {editing?.column === column.id && (
          <CellEditor
            label={column.label}
            text={editing.text}
            overwrites={editing.overwrites}
            align={align}
            onFinish={onFinish}
          />
        )}
      </div>
    );
  };
  const pinnedAt = (pin: 'start' | 'end') =>
    columns.map((column, at) => (column.pin === pin ? cell(column, at) : null));

  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      style={{ top, height }}
      className="absolute inset-x-0 flex border-b border-line"
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

/** Drawn again only if something of its own changed: most keys touch two rows of the hundreds there are. */
export const GridRow = memo(Row) as typeof Row;

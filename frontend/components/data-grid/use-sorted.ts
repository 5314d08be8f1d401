import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type SortingState,
} from '@tanstack/react-table';
import { useMemo, useState } from 'react';
import type { GridColumn } from './model';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

export interface Sorting {
  column: string | null;
  descending: boolean;
  /** First upwards, then downwards, then as it came. */
  turn: (column: string) => void;
}

/** Rows in the order asked for. What has no value stands last, whatever the direction. */
export function useSorted<Row extends object>(
  rows: Row[],
  columns: readonly GridColumn<Row>[],
): { sorted: Row[]; sorting: Sorting } {
  const [state, setState] = useState<SortingState>([]);
  const definitions = useMemo(
    () =>
      columns.map(({ id, sortValue }) => ({
        id,
        accessorFn: (row: Row) => sortValue?.(row) ?? undefined,
        enableSorting: sortValue !== undefined,
        sortUndefined: 'last' as const,
        sortFn: (a: { getValue: (id: string) => unknown }, b: { getValue: (id: string) => unknown }) =>
          compare(a.getValue(id), b.getValue(id)),
      })),
    [columns],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    state: { sorting: state },
    onSortingChange: setState,
  });

  const [first] = state;
  const turn = (column: string) =>
    setState(
      first?.id !== column ? [{ id: column, desc: false }] : first.desc ? [] : [{ id: column, desc: true }],
    );
  return {
    sorted: table.getRowModel().rows.map((row) => row.original),
    sorting: { column: first?.id ?? null, descending: first?.desc ?? false, turn },
  };
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}

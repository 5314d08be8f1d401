import type { ReactNode } from 'react';

/** Where one stands, counted in what is drawn: -1 is the header's row, column 0 the row's name. */
export interface Cell {
  row: number;
  column: number;
}

export const HEADER = -1;

export type CellTone = 'changed' | 'invalid' | 'conflict' | 'locked';

export interface CellView {
  /** What is read, and what is copied. */
  text: string;
  tone?: CellTone;
  /** Said with the cell: why it is invalid, what it was before. */
  note?: string;
  editable?: boolean;
}

export interface GridColumn<Row> {
  id: string;
  label: string;
  header?: ReactNode;
  width: number;
  /** Stays in sight while the others scroll. */
  pin?: 'start' | 'end';
  align?: 'start' | 'end' | 'center';
  view: (row: Row) => CellView;
  /** How the cell is drawn, if not as its text. */
  render?: (row: Row) => ReactNode;
  sortValue?: (row: Row) => string | number | null;
  /** Enter or a click on the header. */
  onHeader?: () => void;
  headerHint?: string;
}

/** A change asked for by typing, pasting, clearing or undoing. */
export interface CellEdit {
  row: string;
  column: string;
  text: string;
}

export interface Bounds {
  rows: number;
  columns: number;
  /** How many rows a page of the screen shows. */
  page: number;
}

import type { ReactNode } from 'react';

interface ListTableProps {
  caption: string;
  /** The rows of what was asked for before are still shown. */
  stale: boolean;
  /** `SortHeader` and `PlainHeader`, one for each column. */
  head: ReactNode;
  children: ReactNode;
}

/** A page of a list: a card with sortable headings and a row for each entry. */
export function ListTable({ caption, stale, head, children }: ListTableProps) {
  return (
    <div className={`card overflow-hidden transition-opacity ${stale ? 'opacity-60' : ''}`}>
      <table className="w-full table-fixed border-collapse text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line bg-sunken text-left">{head}</tr>
        </thead>
        <tbody className="tabular-nums [&>tr]:border-b [&>tr]:border-line [&>tr]:hover:bg-sunken/60 [&>tr:last-child]:border-0">
          {children}
        </tbody>
      </table>
    </div>
  );
}

/** The heading of a column that cannot be sorted by. */
export function PlainHeader({ className = '', children }: { className?: string; children: ReactNode }) {
  return (
    <th scope="col" className={`px-3 text-xs font-medium text-muted ${className}`}>
      {children}
    </th>
  );
}

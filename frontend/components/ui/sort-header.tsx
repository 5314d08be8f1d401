'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';

interface SortHeaderProps {
  label: string;
  field: string;
  /** `field` or `-field`, as the API spells it. */
  sort: string;
  onSort: (sort: string) => void;
  className?: string;
}

export function SortHeader({ label, field, sort, onSort, className = '' }: SortHeaderProps) {
  const descending = sort === `-${field}`;
  const active = descending || sort === field;
  const Arrow = descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={active ? (descending ? 'descending' : 'ascending') : undefined}
      className={`p-0 ${className}`}
    >
      <button
        type="button"
        onClick={() => onSort(active && !descending ? `-${field}` : field)}
        className="flex h-9 w-full items-center gap-1 px-3 text-left text-xs font-medium text-muted -outline-offset-2 hover:text-ink pointer-coarse:h-11"
      >
        {label}
        {active && <Arrow aria-hidden className="size-3" />}
      </button>
    </th>
  );
}

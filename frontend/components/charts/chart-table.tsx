'use client';

import { useState } from 'react';
import type { ChartProps } from './model';

/** The same numbers as text; its rows are made when it is opened. */
export function ChartTable({ title, what, labels, series, format }: ChartProps) {
  const [open, setOpen] = useState(false);
  return (
    <details
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      className="mt-1 text-sm open:mt-2"
    >
      <summary className="w-fit cursor-pointer rounded-sm text-xs text-muted hover:text-ink pointer-coarse:py-3.5">
        As a table
      </summary>
      {open && (
        <div
          className="mt-1 max-h-72 overflow-auto rounded-md border border-line"
          tabIndex={0}
          role="group"
          aria-label={`${title}, as a table`}
        >
          <table className="w-full border-collapse text-right tabular-nums">
            <caption className="sr-only">{title}</caption>
            <thead className="sticky top-0 bg-sunken text-xs text-muted">
              <tr className="[&>th]:px-3 [&>th]:py-1.5 [&>th]:font-medium">
                <th scope="col" className="text-left">
                  {what}
                </th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {labels.map((label, index) => (
                <tr key={label} className="border-t border-line [&>*]:px-3 [&>*]:py-1">
                  <th scope="row" className="text-left font-normal">
                    {label}
                  </th>
                  {series.map(({ name, values }) => (
                    <td key={name}>{format(values[index] ?? 0)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

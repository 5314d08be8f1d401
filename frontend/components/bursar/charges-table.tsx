'use client';

import { Button } from '@/components/ui/button';
import { SortHeader } from '@/components/ui/sort-header';
import type { Charge } from '@/lib/api/types';
import { formatDate, isoDate } from '@/lib/dates';
import { formatMoney, isZero } from '@/lib/money';
import { purpose } from '@/lib/payment-words';

interface ChargesTableProps {
  charges: Charge[];
  sort: string;
  stale: boolean;
  onSort: (sort: string) => void;
  onWaive: (charge: Charge) => void;
}

export function ChargesTable({ charges, sort, stale, onSort, onWaive }: ChargesTableProps) {
  const header = { sort, onSort };
  const today = isoDate(new Date());
  return (
    <div className={`card overflow-hidden transition-opacity ${stale ? 'opacity-60' : ''}`}>
      <table className="w-full table-fixed border-collapse text-sm">
        <caption className="sr-only">Charges, {charges.length} on this page</caption>
        <thead>
          <tr className="border-b border-line bg-sunken text-left">
            <SortHeader label="Student" field="student" {...header} />
            <th scope="col" className="px-3 text-xs font-medium text-muted max-lg:hidden">
              For
            </th>
            <SortHeader label="Due" field="due_on" {...header} className="w-32 max-md:hidden" />
            <SortHeader
              label="Charged"
              field="amount"
              {...header}
              className="w-32 max-sm:hidden [&>button]:justify-end"
            />
            <SortHeader
              label="To pay"
              field="outstanding"
              {...header}
              className="w-32 max-sm:w-28 [&>button]:justify-end"
            />
            <th scope="col" className="w-24">
              <span className="sr-only">Waive</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {charges.map((charge) => {
            const open = !isZero(charge.outstanding);
            const late = open && charge.due_on != null && charge.due_on < today;
            return (
              <tr
                key={charge.id}
                className="h-11 border-b border-line last:border-0 hover:bg-sunken/60 max-lg:h-14 [&>*]:px-3"
              >
                <th scope="row" className="text-left font-medium">
                  <span className="block truncate">{charge.student_name}</span>
                  <span className="block truncate text-xs font-normal text-muted lg:hidden">
                    {purpose(charge.kind, charge)}
                  </span>
                </th>
                <td className="truncate text-muted max-lg:hidden">{purpose(charge.kind, charge)}</td>
                <td
                  className={`truncate tabular-nums max-md:hidden ${late ? 'font-medium text-bad' : 'text-muted'}`}
                >
                  {charge.due_on ? formatDate(charge.due_on) : '–'}
                  {late && <span className="sr-only">, overdue</span>}
                </td>
                <td className="text-right text-muted tabular-nums max-sm:hidden">
                  {formatMoney(charge.amount, charge.currency)}
                </td>
                <td className={`text-right tabular-nums ${open ? 'font-medium' : 'text-good'}`}>
                  {open ? formatMoney(charge.outstanding, charge.currency) : 'Settled'}
                </td>
                <td className="text-right">
                  {open && (
                    <Button
                      size="small"
                      aria-label={`Waive ${purpose(charge.kind, charge)} of ${charge.student_name}`}
                      onClick={() => onWaive(charge)}
                    >
                      Waive
                    </Button>
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

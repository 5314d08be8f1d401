'use client';

import { Button } from '@/components/ui/button';
import { ListTable, PlainHeader } from '@/components/ui/list-table';
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
    <ListTable
      caption={`Charges, ${charges.length} on this page`}
      stale={stale}
      head={
        <>
          <SortHeader label="Student" field="student" {...header} />
          <PlainHeader className="max-lg:hidden">For</PlainHeader>
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
        </>
      }
    >
      {charges.map((charge) => {
        const open = !isZero(charge.outstanding);
        const late = open && charge.due_on != null && charge.due_on < today;
        return (
          <tr key={charge.id} className="h-11 max-lg:h-14 [&>*]:px-3">
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
    </ListTable>
  );
}

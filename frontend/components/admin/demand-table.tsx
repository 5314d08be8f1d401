'use client';

import Link from 'next/link';
import { ListTable, PlainHeader } from '@/components/ui/list-table';
import { SortHeader } from '@/components/ui/sort-header';
import type { UnmetDemand } from '@/lib/api/types';
import { formatCount } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { termKey, termLabel } from '@/lib/terms';

interface DemandTableProps {
  rows: UnmetDemand[];
  sort: string;
  stale: boolean;
  onSort: (sort: string) => void;
}

export function DemandTable({ rows, sort, stale, onSort }: DemandTableProps) {
  // The first press shows the most first: that is the question.
  const header = {
    sort,
    onSort: (next: string) => onSort(next === 'code' || next === '-code' ? next : flipped(next, sort)),
  };
  return (
    <ListTable
      caption={`Courses with unmet demand, ${rows.length} on this page`}
      stale={stale}
      head={
        <>
          <SortHeader label="Course" field="code" {...header} />
          <SortHeader label="Without a seat" field="without_seat" {...header} className="w-34 max-sm:w-26" />
          <SortHeader label="Waiting" field="waiting" {...header} className="w-24 max-sm:w-21" />
          <SortHeader
            label="Found it full"
            field="full_students"
            {...header}
            className="w-34 max-md:hidden"
          />
          <PlainHeader className="w-32 max-md:hidden">Seats</PlainHeader>
          <PlainHeader className="max-xl:hidden">Why refused</PlainHeader>
        </>
      }
    >
      {rows.map((row) => (
        <tr key={`${row.code}-${termKey(row)}`} className="[&>*]:px-3 [&>*]:py-2">
          <th scope="row" className="text-left font-normal">
            <Link
              href={`${paths.courses}?term=${termKey(row)}&q=${encodeURIComponent(row.code)}`}
              className="block underline-offset-2 hover:underline"
            >
              <span className="font-semibold">{row.code}</span> {row.name}
            </Link>
            <span className="block text-xs text-muted">
              {termLabel(row)} · {row.sections === 1 ? '1 section' : `${formatCount(row.sections)} sections`}
            </span>
            <span className="block text-xs text-muted xl:hidden">{reasons(row)}</span>
          </th>
          <td className="text-base font-semibold">{formatCount(row.without_seat)}</td>
          <td>{formatCount(row.waiting)}</td>
          <td className="max-md:hidden">
            {formatCount(row.full_students)}
            {row.full_attempts > row.full_students && (
              <span className="text-muted"> in {formatCount(row.full_attempts)} tries</span>
            )}
          </td>
          <td className="text-muted max-md:hidden">
            {formatCount(row.enrolled)}
            {row.seats == null ? ', no limit' : ` of ${formatCount(row.seats)}`}
          </td>
          <td className="text-muted max-xl:hidden">{reasons(row) || '–'}</td>
        </tr>
      ))}
    </ListTable>
  );
}

/** The header asks for ascending first; numbers begin with the largest. */
function flipped(next: string, now: string): string {
  const field = next.replace(/^-/, '');
  return now === `-${field}` ? field : `-${field}`;
}

const words: Record<string, string> = {
  course_full: 'full',
  schedule_conflict: 'clash',
  registration_closed: 'registration closed',
  cart_refused: 'rest of a cart refused',
  course_inactive: 'not offered',
  student_inactive: 'account inactive',
};

function reasons({ by_reason }: UnmetDemand): string {
  return by_reason
    .map(({ reason, attempts }) => `${words[reason] ?? reason.replaceAll('_', ' ')} ${formatCount(attempts)}`)
    .join(', ');
}

'use client';

import Link from 'next/link';
import { ListTable, PlainHeader } from '@/components/ui/list-table';
import { SortHeader } from '@/components/ui/sort-header';
import type { CoursePerformance } from '@/lib/api/types';
import { formatCount, formatPercent } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { courseLabel } from '@/lib/schedule';
import { termLabel } from '@/lib/terms';

interface PerformanceTableProps {
  rows: CoursePerformance[];
  sort: string;
  stale: boolean;
  onSort: (sort: string) => void;
}

export function PerformanceTable({ rows, sort, stale, onSort }: PerformanceTableProps) {
  const header = { sort, onSort };
  return (
    <ListTable
      caption={`Courses, ${rows.length} on this page`}
      stale={stale}
      head={
        <>
          <SortHeader label="Course" field="code" {...header} />
          <SortHeader label="Mean" field="mean" {...header} className="w-22" />
          <SortHeader label="Passed" field="pass_rate" {...header} className="w-24" />
          <SortHeader label="Attendance" field="attendance_rate" {...header} className="w-28 max-sm:hidden" />
          <PlainHeader className="w-32 max-lg:hidden">Marks</PlainHeader>
          <SortHeader label="Completed" field="completed" {...header} className="w-28 max-lg:hidden" />
          <SortHeader label="Dropped" field="dropped" {...header} className="w-24 max-lg:hidden" />
        </>
      }
    >
      {rows.map((row) => (
        <tr key={row.id} className="[&>*]:px-3 [&>*]:py-2">
          <th scope="row" className="text-left font-normal">
            <Link
              href={paths.course(row.id)}
              prefetch={false}
              className="block underline-offset-2 hover:underline"
            >
              <span className="font-semibold">{courseLabel(row)}</span> {row.name}
            </Link>
            <span className="block text-xs text-muted">
              {termLabel(row)} · {formatCount(row.enrolled)} enrolled
            </span>
          </th>
          <td>
            {row.mean == null && row.in_progress.mean != null ? (
              <span className="text-muted">
                {formatPercent(row.in_progress.mean)}
                <span className="block text-2xs">so far</span>
              </span>
            ) : (
              formatPercent(row.mean)
            )}
          </td>
          <td>{formatPercent(row.pass_rate)}</td>
          <td className="max-sm:hidden">{formatPercent(row.attendance_rate)}</td>
          <td className="max-lg:hidden">
            <Spark values={row.distribution} />
          </td>
          <td className="max-lg:hidden">{formatCount(row.completed)}</td>
          <td className="max-lg:hidden">{formatCount(row.dropped)}</td>
        </tr>
      ))}
    </ListTable>
  );
}

/** The shape of the marks at a glance; the numbers beside it say the rest. */
function Spark({ values }: { values: readonly number[] }) {
  const most = Math.max(...values);
  if (most === 0) return <span className="text-muted">–</span>;
  return (
    <span aria-hidden className="flex h-6 items-end gap-px">
      {values.map((value, index) => (
        <span
          key={index}
          className={`w-2 rounded-t-xs ${value > 0 ? 'bg-accent' : 'bg-line'}`}
          style={{ height: value > 0 ? `${Math.max(12, (value / most) * 100)}%` : '1px' }}
        />
      ))}
    </span>
  );
}

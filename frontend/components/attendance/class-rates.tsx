'use client';

import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { SortHeader } from '@/components/ui/sort-header';
import type { StudentAttendance } from '@/lib/api/types';
import { formatCount, formatPercent, plural } from '@/lib/numbers';
import { misses } from './roll';

interface ClassRatesProps {
  students: StudentAttendance[];
  onOpen: (student: StudentAttendance) => void;
}

const orders: Record<string, (a: StudentAttendance, b: StudentAttendance) => number> = {
  name: (a, b) => a.student.full_name.localeCompare(b.student.full_name),
  rate: (a, b) => rateOf(a) - rateOf(b),
  absent: (a, b) => a.tally.absent - b.tally.absent,
};

/** Nothing counted yet stands last among the rates. */
function rateOf({ tally }: StudentAttendance): number {
  return tally.rate === null || tally.rate === undefined ? 101 : Number(tally.rate);
}

export function ClassRates({ students, onOpen }: ClassRatesProps) {
  const [sort, setSort] = useState('rate');
  const field = sort.replace('-', '');
  const sorted = students.toSorted((a, b) => (orders[field]?.(a, b) ?? 0) * (sort.startsWith('-') ? -1 : 1));
  const often = students.filter(misses).length;
  const header = { sort, onSort: setSort };

  return (
    <>
      <p className="mb-2 text-sm text-muted">
        {often === 0
          ? 'Nobody missed a quarter of the classes.'
          : `${plural(often, 'student')} missed a quarter of the classes or more.`}{' '}
        Late counts as present, excused does not count; the first three classes warn of nobody.
      </p>
      <div className="card overflow-hidden">
        <table className="w-full table-fixed border-collapse text-sm">
          <caption className="sr-only">Attendance of each student</caption>
          <thead>
            <tr className="border-b border-line bg-sunken text-left">
              <SortHeader label="Student" field="name" {...header} />
              <SortHeader label="Attended" field="rate" {...header} className="w-28" />
              <th scope="col" className="w-20 px-3 text-xs font-medium text-muted max-md:hidden">
                Present
              </th>
              <th scope="col" className="w-20 px-3 text-xs font-medium text-muted max-md:hidden">
                Late
              </th>
              <SortHeader label="Absent" field="absent" {...header} className="w-22" />
              <th scope="col" className="w-22 px-3 text-xs font-medium text-muted max-md:hidden">
                Excused
              </th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((student) => {
              const warned = misses(student);
              const { tally } = student;
              return (
                <tr
                  key={student.enrollment_id}
                  className={`h-11 border-b border-line last:border-0 [&>*]:px-3 ${warned ? 'bg-bad-soft/60' : 'hover:bg-sunken/60'}`}
                >
                  <th scope="row" className="text-left font-medium">
                    <button
                      type="button"
                      onClick={() => onOpen(student)}
                      className="block max-w-full truncate py-1 text-left underline-offset-2 hover:underline pointer-coarse:min-h-11"
                    >
                      {student.student.full_name}
                    </button>
                  </th>
                  <td className={`tabular-nums ${warned ? 'font-medium text-bad' : ''}`}>
                    {formatPercent(tally.rate)}
                    {warned && <TriangleAlert aria-label="Absent often" className="ml-1.5 inline size-3.5" />}
                  </td>
                  <td className="text-muted tabular-nums max-md:hidden">{formatCount(tally.present)}</td>
                  <td className="text-muted tabular-nums max-md:hidden">{formatCount(tally.late)}</td>
                  <td className={`tabular-nums ${warned ? 'font-medium text-bad' : 'text-muted'}`}>
                    {formatCount(tally.absent)}
                  </td>
                  <td className="text-muted tabular-nums max-md:hidden">{formatCount(tally.excused)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

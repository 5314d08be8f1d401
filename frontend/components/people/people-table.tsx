'use client';

import { ListTable, PlainHeader } from '@/components/ui/list-table';
import { SortHeader } from '@/components/ui/sort-header';
import type { Role, User } from '@/lib/api/types';
import { formatDate } from '@/lib/dates';

interface PeopleTableProps {
  people: User[];
  sort: string;
  stale: boolean;
  onSort: (sort: string) => void;
  onOpen: (id: string) => void;
}

const roleNames: Record<Role, string> = { student: 'Student', teacher: 'Teacher', admin: 'Administrator' };

export function PeopleTable({ people, sort, stale, onSort, onOpen }: PeopleTableProps) {
  const header = { sort, onSort };
  return (
    <ListTable
      caption={`People, ${people.length} on this page`}
      stale={stale}
      head={
        <>
          <SortHeader label="Name" field="full_name" {...header} />
          <SortHeader label="Email" field="email" {...header} className="max-md:hidden" />
          <SortHeader label="Role" field="role" {...header} className="w-32 max-sm:w-28" />
          <SortHeader label="Department" field="department" {...header} className="w-36 max-lg:hidden" />
          <PlainHeader className="w-28 max-lg:hidden">Number</PlainHeader>
          <SortHeader label="Since" field="created_at" {...header} className="w-32 max-lg:hidden" />
        </>
      }
    >
      {people.map((person) => (
        <tr key={person.id} className="h-11 max-md:h-14 [&>*]:px-3">
          <th scope="row" className="text-left font-medium">
            <button
              type="button"
              onClick={() => onOpen(person.id)}
              className="block max-w-full truncate py-1 text-left underline-offset-2 hover:underline pointer-coarse:py-3"
            >
              {person.full_name}
              <span className="block truncate text-xs font-normal text-muted md:hidden">{person.email}</span>
            </button>
          </th>
          <td className="truncate text-muted max-md:hidden">{person.email}</td>
          <td>
            {roleNames[person.role]}
            {!person.is_active && <span className="block text-2xs font-medium text-bad">deactivated</span>}
          </td>
          <td className="truncate text-muted max-lg:hidden">{person.department}</td>
          <td className="truncate text-muted tabular-nums max-lg:hidden">{person.student_id}</td>
          <td className="truncate text-muted max-lg:hidden">{formatDate(person.created_at)}</td>
        </tr>
      ))}
    </ListTable>
  );
}

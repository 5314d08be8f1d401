import type { Role } from '@/lib/api/types';

/** The sortable columns; on a phone, where there are none, the same in a list. */
export const columns = [
  { label: 'Code', sort: 'code', width: 'w-27' },
  { label: 'Course', sort: 'name', width: '' },
  { label: 'Teacher', sort: 'teacher', width: 'w-32', roomy: true },
  { label: 'Time', sort: 'time', width: 'w-42' },
  { label: 'Credits', sort: 'credits', width: 'w-18', roomy: true },
  { label: 'Seats left', sort: 'seats', width: 'w-31' },
];

/** Columns that give way first: a student's week stands beside the list and needs the room. */
export function roomy(role: Role): string {
  return role === 'student' ? 'max-[1400px]:hidden' : 'max-lg:hidden';
}

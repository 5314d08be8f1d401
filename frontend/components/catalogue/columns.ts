/** The sortable columns; on a phone, where there are none, the same in a list. */
export const columns = [
  { label: 'Code', sort: 'code', width: 'w-27' },
  { label: 'Course', sort: 'name', width: '' },
  { label: 'Teacher', sort: 'teacher', width: 'w-[15%] max-lg:w-28' },
  { label: 'Time', sort: 'time', width: 'w-42' },
  { label: 'Credits', sort: 'credits', width: 'w-18' },
  { label: 'Seats left', sort: 'seats', width: 'w-28' },
];

'use client';

import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { formatSlots } from '@/lib/schedule';
import { semesterLabel } from '@/lib/terms';
import type { CourseValues } from './values';

interface StaleDialogProps {
  mine: CourseValues;
  theirs: CourseValues;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
  onClose: () => void;
}

const fields: [string, (values: CourseValues) => string][] = [
  ['Code', ({ code }) => code],
  ['Section', ({ section }) => section],
  ['Title', ({ name }) => name],
  ['Description', ({ description }) => description],
  ['Teacher', ({ teacher }) => teacher?.label ?? ''],
  ['Seats', ({ capacity }) => capacity],
  ['Credits', ({ credits }) => credits],
  ['Semester', ({ semester }) => semesterLabel(semester)],
  ['Year', ({ year }) => year],
  ['Room', ({ room }) => room],
  ['Cross-listing', ({ cross_listing }) => cross_listing],
  ['Weekly hours', ({ slots }) => formatSlots(slots)],
];

/** Two people edited at once: both values, and a choice. */
export function StaleDialog({ mine, theirs, onKeepMine, onTakeTheirs, onClose }: StaleDialogProps) {
  const rows = fields
    .map(([name, read]) => ({ name, mine: read(mine), theirs: read(theirs) }))
    .filter((row) => row.mine !== row.theirs);
  return (
    <Dialog title="Somebody else changed this course" onClose={onClose} role="alertdialog" wide>
      <p className="mb-3 text-muted">
        It was saved by another person after you opened it. Nothing of yours is lost.
      </p>
      {rows.length === 0 ? (
        <p>Both versions say the same.</p>
      ) : (
        <table className="w-full table-fixed border-collapse text-sm">
          <thead>
            <tr className="border-b border-line text-left text-xs text-muted [&>th]:py-1.5 [&>th]:pr-3 [&>th]:font-medium">
              <th scope="col" className="w-28">
                Field
              </th>
              <th scope="col">Yours</th>
              <th scope="col">Saved now</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name} className="border-b border-line align-top [&>*]:py-2 [&>*]:pr-3">
                <th scope="row" className="text-left font-medium">
                  {row.name}
                </th>
                <td className="break-words">{row.mine || '–'}</td>
                <td className="break-words">{row.theirs || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button onClick={onTakeTheirs}>Take what is saved</Button>
        <Button look="primary" onClick={onKeepMine}>
          Save mine
        </Button>
      </div>
    </Dialog>
  );
}

'use client';

import { usePathname } from 'next/navigation';
import { Dialog } from '@/components/ui/dialog';
import { Checkbox } from '@/components/ui/field';
import { paths } from '@/lib/paths';
import { setSingleKeys, useSingleKeys } from '@/lib/shortcuts';
import type { NavItem } from './nav';

const general = [
  { keys: ['Ctrl', 'K'], does: 'Go to a page, course or person' },
  { keys: ['/'], does: 'Search this page' },
  { keys: ['?'], does: 'Show these keys' },
  { keys: ['↑', '↓'], does: 'Move through the rows of a list' },
  { keys: ['e'], does: 'Enrol in or drop the course of the row' },
  { keys: ['a'], does: 'Put the course of the row in the cart, or take it out' },
  { keys: ['←', '→'], does: 'Move through the values of a chart' },
  { keys: ['Esc'], does: 'Close what is in front' },
];

/** Keys of their own, by the end of the address. */
const ofPage: Record<string, { keys: string[]; does: string }[]> = {
  gradebook: [
    { keys: ['Ctrl', 'S'], does: 'Save all marks that are not saved' },
    { keys: ['←', '↑', '→', '↓'], does: 'Move by cell; with Shift select, with Ctrl jump to the edge' },
    { keys: ['0–9'], does: 'Write over the cell' },
    { keys: ['Enter'], does: 'Edit the cell; again: next student' },
    { keys: ['Tab'], does: 'While editing: next assignment. Else: leave the grid' },
    { keys: ['Esc'], does: 'Give up what is typed in the cell' },
    { keys: ['Del'], does: 'Empty the selected cells' },
    { keys: ['Ctrl', 'C'], does: 'Copy, Ctrl X cut, Ctrl V paste a block from a spreadsheet' },
    { keys: ['Ctrl', 'Z'], does: 'Undo; Ctrl Y redo' },
    { keys: ['Home', 'End'], does: 'First and last column; with Ctrl the corners' },
    { keys: ['Shift', 'F2'], does: 'History of the mark, and asking for a change of a locked one' },
    { keys: ['s'], does: 'On a heading: sort. Enter: edit the assignment' },
  ],
  attendance: [
    { keys: ['p'], does: 'Present, and on to the next student' },
    { keys: ['a', 'l', 'e'], does: 'Absent, late, excused' },
    { keys: ['↑', '↓'], does: 'Previous and next student' },
    { keys: ['/'], does: 'Find a student' },
    { keys: ['Ctrl', 'S'], does: 'Save the roll' },
  ],
};

export function KeyboardHelp({ items, onClose }: { items: NavItem[]; onClose: () => void }) {
  const on = useSingleKeys();
  const pathname = usePathname();
  const own = pathname.startsWith(`${paths.courses}/`) ? ofPage[pathname.split('/')[3] ?? ''] : undefined;
  const rows = [
    ...(own ?? []),
    ...general,
    ...items.map((item) => ({ keys: ['g', item.key], does: `Go to ${item.label}` })),
  ];
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2 text-base">
        {rows.map(({ keys, does }) => (
          <div key={does} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <kbd key={key} className="kbd">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <Checkbox
        className="mt-5 border-t border-line pt-4"
        label="Single-key shortcuts"
        hint="Switch them off if they collide with speech input. Ctrl K always works."
        checked={on}
        onChange={(event) => setSingleKeys(event.target.checked)}
      />
    </Dialog>
  );
}

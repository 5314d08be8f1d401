'use client';

import { Dialog } from '@/components/ui/dialog';
import { Checkbox } from '@/components/ui/field';
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

export function KeyboardHelp({ items, onClose }: { items: NavItem[]; onClose: () => void }) {
  const on = useSingleKeys();
  const rows = [...general, ...items.map((item) => ({ keys: ['g', item.key], does: `Go to ${item.label}` }))];
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

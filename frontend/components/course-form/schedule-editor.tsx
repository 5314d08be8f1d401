'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import type { Course } from '@/lib/api/types';
import { DAY_NAMES, formatSpan, type Day } from '@/lib/schedule';
import { SlotRow } from './slot-row';
import type { DraftSlot } from './values';
import { nextSlot } from './week-edits';
import { WeekEditor } from './week-editor';

interface ScheduleEditorProps {
  slots: DraftSlot[];
  onChange: (slots: DraftSlot[]) => void;
  days: readonly Day[];
  others: Course[];
  error?: string;
}

/** One schedule, two ways to edit it: on the week with mouse or arrow keys, and as plain fields below. */
export function ScheduleEditor({ slots, onChange, days, others, error }: ScheduleEditorProps) {
  const [fresh, setFresh] = useState<string | null>(null);
  const [said, setSaid] = useState('');

  const put = (slot: DraftSlot) => {
    setSaid(`${DAY_NAMES[slot.day].long} ${formatSpan(slot)}`);
    const known = slots.some(({ key }) => key === slot.key);
    onChange(known ? slots.map((old) => (old.key === slot.key ? slot : old)) : [...slots, slot]);
  };
  const remove = (gone: string) => {
    setSaid('Time removed');
    onChange(slots.filter(({ key }) => key !== gone));
  };
  const add = () => {
    const slot = nextSlot(slots, days);
    setFresh(slot.key);
    put(slot);
  };

  return (
    <div>
      <p id="week-editor-keys" className="hint mb-3">
        Drag over the week to add a time; drag a block to move it, its edge to stretch it. By keyboard: arrow
        keys move a block, Shift with up or down changes its end, Delete removes it.
      </p>
      <WeekEditor slots={slots} days={days} others={others} fresh={fresh} onPut={put} onRemove={remove} />
      <p aria-live="polite" className="sr-only">
        {said}
      </p>
      {error && <p className="mt-3 text-xs font-medium text-bad">{error}</p>}
      <ul className="mt-4 divide-y divide-line border-y border-line empty:hidden">
        {slots.map((slot) => (
          <SlotRow key={slot.key} slot={slot} days={days} onPut={put} onRemove={remove} />
        ))}
      </ul>
      <Button className="mt-3" onClick={add}>
        <Plus aria-hidden className="size-4" /> Add a time
      </Button>
    </div>
  );
}

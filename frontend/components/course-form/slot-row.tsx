'use client';

import { X } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button';
import { SelectField, TextField } from '@/components/ui/field';
import { DAY_NAMES, formatSpan, formatTime, isDay, parseTime, type Day } from '@/lib/schedule';
import type { DraftSlot } from './values';

interface SlotRowProps {
  slot: DraftSlot;
  days: readonly Day[];
  onPut: (slot: DraftSlot) => void;
  onRemove: (key: string) => void;
}

export function SlotRow({ slot, days, onPut, onRemove }: SlotRowProps) {
  const name = `${DAY_NAMES[slot.day].long} ${formatSpan(slot)}`;
  const setText = (field: 'from' | 'to' | 'room' | 'type', text: string) => {
    const changed = { ...slot };
    if (text) changed[field] = text;
    else delete changed[field];
    onPut(changed);
  };
  return (
    <li className="py-3">
      <fieldset className="grid grid-cols-2 items-start gap-3 sm:grid-cols-3 lg:grid-cols-[8.5rem_7rem_7rem_9.5rem_9.5rem_minmax(0,1fr)_6rem_auto]">
        <legend className="sr-only">{name}</legend>
        <SelectField
          label="Day"
          value={slot.day}
          onChange={({ target }) => isDay(target.value) && onPut({ ...slot, day: target.value })}
        >
          {[...new Set([...days, slot.day])].map((day) => (
            <option key={day} value={day}>
              {DAY_NAMES[day].long}
            </option>
          ))}
        </SelectField>
        <TimeField
          key={`start-${slot.start}`}
          label="Begins"
          minutes={slot.start}
          accept={(start) => start < slot.end}
          complaint="Before the end, please."
          onChange={(start) => onPut({ ...slot, start })}
        />
        <TimeField
          key={`end-${slot.end}`}
          label="Ends"
          minutes={slot.end}
          accept={(end) => end > slot.start}
          complaint="After the beginning, please."
          onChange={(end) => onPut({ ...slot, end })}
        />
        <TextField
          label="From"
          type="date"
          value={slot.from ?? ''}
          onChange={({ target }) => setText('from', target.value)}
        />
        <TextField
          label="To"
          type="date"
          value={slot.to ?? ''}
          onChange={({ target }) => setText('to', target.value)}
        />
        <TextField
          label="Room"
          placeholder="as above"
          value={slot.room ?? ''}
          onChange={({ target }) => setText('room', target.value)}
        />
        <TextField
          label="Kind"
          placeholder="LE, LAB"
          value={slot.type ?? ''}
          onChange={({ target }) => setText('type', target.value)}
        />
        <IconButton label={`Remove ${name}`} className="mt-6.5" onClick={() => onRemove(slot.key)}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </fieldset>
    </li>
  );
}

interface TimeFieldProps {
  label: string;
  minutes: number;
  accept: (minutes: number) => boolean;
  complaint: string;
  onChange: (minutes: number) => void;
}

/** Takes over when left, so that a time half typed moves nothing. */
function TimeField({ label, minutes, accept, complaint, onChange }: TimeFieldProps) {
  const [text, setText] = useState(formatTime(minutes));
  const parsed = parseTime(text);
  const wrong = parsed === null ? 'A time like 09:30.' : accept(parsed) ? undefined : complaint;
  const settle = () => {
    if (parsed !== null && !wrong && parsed !== minutes) onChange(parsed);
  };
  return (
    <TextField
      label={label}
      inputMode="numeric"
      value={text}
      error={wrong}
      onChange={({ target }) => setText(target.value)}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        settle();
      }}
    />
  );
}

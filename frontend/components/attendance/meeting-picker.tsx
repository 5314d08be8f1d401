'use client';

import { Check } from 'lucide-react';
import { useState } from 'react';
import { Checkbox, Select, TextField } from '@/components/ui/field';
import type { MeetingId } from '@/lib/api/attendance';
import type { Meeting } from '@/lib/api/types';
import { dayLabel, sameMeeting, timeLabel } from './meeting-label';

interface MeetingPickerProps {
  meetings: Meeting[];
  chosen: MeetingId;
  today: string;
  first: string | null | undefined;
  students: number;
  makeUp: boolean;
  onMakeUp: (on: boolean) => void;
  onChange: (at: MeetingId) => void;
}

const NEWEST = 4;
const OTHER = 'other';

const keyOf = ({ date, meeting }: MeetingId) => `${date} ${meeting}`;

/** The last classes to press, older ones in a list, and any other day for a class that was moved. */
export function MeetingPicker({
  meetings,
  chosen,
  today,
  first,
  students,
  makeUp,
  onMakeUp,
  onChange,
}: MeetingPickerProps) {
  const known = meetings.find((meeting) => sameMeeting(meeting, chosen));
  const [asked, setAsked] = useState(false);
  const elsewhere = asked || !known;
  const current = elsewhere ? OTHER : keyOf(chosen);
  const older = meetings.slice(NEWEST);

  const pick = (key: string) => {
    setAsked(key === OTHER);
    const [date, meeting] = key.split(' ');
    if (date && meeting) onChange({ date, meeting: Number(meeting) });
  };
  const state = ({ marked }: Meeting) =>
    marked >= students ? 'marked' : marked > 0 ? `${marked} of ${students}` : 'not marked';
  const option = (meeting: Meeting) => (
    <option key={keyOf(meeting)} value={keyOf(meeting)}>
      {[dayLabel(meeting.date, today), timeLabel(meeting), state(meeting)].filter(Boolean).join(' · ')}
    </option>
  );

  return (
    <div>
      {/* On a phone one list: the buttons would push the roll off the screen. */}
      <Select
        aria-label="Class"
        value={current}
        onChange={({ target }) => pick(target.value)}
        className="md:hidden"
      >
        {meetings.map(option)}
        <option value={OTHER}>Another day…</option>
      </Select>
      <div role="group" aria-label="Class" className="flex flex-wrap gap-2 max-md:hidden">
        {meetings.slice(0, NEWEST).map((meeting) => (
          <button
            key={keyOf(meeting)}
            type="button"
            aria-pressed={keyOf(meeting) === current}
            onClick={() => pick(keyOf(meeting))}
            className="min-h-13 min-w-36 rounded-md border border-line bg-surface px-3 py-1.5 text-left hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft"
          >
            <span className="flex items-center justify-between gap-2 font-medium">
              {dayLabel(meeting.date, today)}
              {meeting.marked >= students && <Check aria-hidden className="size-3.5 text-good" />}
            </span>
            <span className="block text-xs text-muted tabular-nums">
              {[timeLabel(meeting), state(meeting)].filter(Boolean).join(' · ')}
            </span>
          </button>
        ))}
        {older.length > 0 && (
          <Select
            aria-label="Older classes"
            value={older.some((meeting) => keyOf(meeting) === current) ? current : ''}
            onChange={({ target }) => pick(target.value)}
            className="h-13! w-44!"
          >
            <option value="">Older…</option>
            {older.map(option)}
          </Select>
        )}
        <button
          type="button"
          aria-pressed={elsewhere}
          onClick={() => pick(OTHER)}
          className="min-h-13 rounded-md border border-line bg-surface px-3 text-muted hover:bg-sunken hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
        >
          Another day…
        </button>
      </div>
      {elsewhere && (
        <div className="mt-3 flex flex-wrap items-end gap-x-6 gap-y-3">
          <TextField
            label="Day of the class"
            type="date"
            min={first ?? undefined}
            max={today}
            value={chosen.date}
            onChange={({ target }) => target.value && onChange({ date: target.value, meeting: 1 })}
            className="w-44"
          />
          <Checkbox
            label="Make-up class"
            hint="Needed for a day that is not in the timetable."
            checked={makeUp}
            onChange={({ target }) => onMakeUp(target.checked)}
          />
        </div>
      )}
    </div>
  );
}

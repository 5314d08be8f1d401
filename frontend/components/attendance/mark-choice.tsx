'use client';

import type { AttendanceMark } from '@/lib/api/types';
import { MARKS } from './roll';

export const markColors: Record<AttendanceMark, string> = {
  present: 'has-checked:border-good has-checked:bg-good/12 has-checked:text-good',
  absent: 'has-checked:border-bad has-checked:bg-bad-soft has-checked:text-bad',
  late: 'has-checked:border-warn has-checked:bg-warn-soft has-checked:text-warn',
  excused: 'has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent',
};

interface MarkChoiceProps {
  name: string;
  label: string;
  value: AttendanceMark | null;
  onChange: (mark: AttendanceMark) => void;
}

/** Four radio buttons: arrows left and right choose, as everywhere; words where there is room, letters on a phone. */
export function MarkChoice({ name, label, value, onChange }: MarkChoiceProps) {
  return (
    <div role="radiogroup" aria-label={label} className="flex">
      {MARKS.map(({ mark, label: word }) => (
        <label
          key={mark}
          title={word}
          className={`relative -ml-px grid h-8 min-w-11 cursor-pointer place-items-center border border-line px-2 text-sm text-muted first-of-type:ml-0 first-of-type:rounded-l-md last-of-type:rounded-r-md hover:text-ink has-checked:z-10 has-checked:font-medium has-focus-visible:z-20 has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent md:min-w-20 pointer-coarse:h-11 ${markColors[mark]}`}
        >
          <input
            type="radio"
            name={name}
            aria-label={word}
            checked={value === mark}
            onChange={() => onChange(mark)}
            className="absolute -inset-px cursor-pointer appearance-none outline-none"
          />
          <span aria-hidden className="md:hidden">
            {word.charAt(0)}
          </span>
          <span aria-hidden className="max-md:hidden">
            {word}
          </span>
        </label>
      ))}
    </div>
  );
}

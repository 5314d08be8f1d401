'use client';

import type { KeyboardEvent, PointerEvent } from 'react';
import { courseLabel, DAY_NAMES, formatSpan, overlaps, type Slot } from '@/lib/schedule';
import type { Grip } from './use-week-drag';
import type { DraftSlot } from './values';

interface SlotBlockProps {
  slot: DraftSlot;
  taken: readonly (Slot & { course: { code: string; section: string } })[];
  siblings: readonly DraftSlot[];
  autoFocus: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  onGrip: (event: PointerEvent, grip: Grip) => void;
}

export function SlotBlock({ slot, taken, siblings, autoFocus, onKeyDown, onGrip }: SlotBlockProps) {
  const rival = taken.find((other) => overlaps(slot, other));
  const twice = siblings.some((other) => other.key !== slot.key && overlaps(slot, other));
  const complaint = rival
    ? `clashes with ${courseLabel(rival.course)}`
    : twice
      ? 'twice at the same time'
      : '';
  return (
    <button
      type="button"
      autoFocus={autoFocus}
      aria-label={[`${DAY_NAMES[slot.day].long} ${formatSpan(slot)}`, complaint].filter(Boolean).join(', ')}
      aria-describedby="week-editor-keys"
      onKeyDown={onKeyDown}
      onPointerDown={(event) => onGrip(event, 'move')}
      data-hue="0"
      className={`block-face relative block h-full w-full cursor-grab overflow-hidden rounded-md text-left text-2xs opacity-95 active:cursor-grabbing ${complaint ? 'block-clash' : ''}`}
    >
      <span className="absolute inset-x-1.5 top-0.5 font-medium tabular-nums">{formatSpan(slot)}</span>
      {complaint && <span className="absolute inset-x-1.5 top-4 truncate">{complaint}</span>}
      <span
        aria-hidden
        onPointerDown={(event) => onGrip(event, 'start')}
        className="absolute inset-x-0 top-0 h-1.5 cursor-ns-resize"
      />
      <span
        aria-hidden
        onPointerDown={(event) => onGrip(event, 'end')}
        className="absolute inset-x-0 bottom-0 h-1.5 cursor-ns-resize"
      />
    </button>
  );
}

'use client';

import { useRef, useState, type PointerEvent, type RefObject } from 'react';
import type { Day } from '@/lib/schedule';
import { draft, type DraftSlot } from './values';
import { endAt, moveTo, spanOf, startAt } from './week-edits';

export type Grip = 'new' | 'move' | 'start' | 'end';

interface Drag {
  grip: Grip;
  slot: DraftSlot;
  /** Minutes between the slot's start and the pointer, or where a new slot began. */
  anchor: number;
}

interface Area {
  days: readonly Day[];
  from: number;
  to: number;
}

/** Draws, moves and stretches slots with mouse or pen. Fingers scroll; for them a tap adds an hour. */
export function useWeekDrag(
  grid: RefObject<HTMLDivElement | null>,
  area: Area,
  onDone: (slot: DraftSlot) => void,
) {
  const drag = useRef<Drag | null>(null);
  const [shown, setShown] = useState<DraftSlot | null>(null);

  const locate = (event: PointerEvent) => {
    const box = grid.current?.getBoundingClientRect();
    const [first] = area.days;
    if (!box || !first) return null;
    const column = Math.floor(((event.clientX - box.left) / box.width) * area.days.length);
    const day = area.days[Math.min(Math.max(column, 0), area.days.length - 1)] ?? first;
    return { day, minute: area.from + ((event.clientY - box.top) / box.height) * (area.to - area.from) };
  };

  const result = (event: PointerEvent): DraftSlot | null => {
    const at = locate(event);
    if (!at || !drag.current) return null;
    const { grip, slot, anchor } = drag.current;
    if (grip === 'new') return { ...slot, ...spanOf(anchor, at.minute) };
    if (grip === 'move') return moveTo(slot, at.day, at.minute - anchor);
    return grip === 'start' ? startAt(slot, at.minute) : endAt(slot, at.minute);
  };

  const begin = (event: PointerEvent, grip: Grip, slot?: DraftSlot) => {
    const at = locate(event);
    if (event.button !== 0 || !at) return;
    event.stopPropagation();
    if (event.pointerType === 'touch') return;
    const fresh = slot ?? draft({ day: at.day, ...spanOf(at.minute, at.minute) });
    drag.current = { grip, slot: fresh, anchor: grip === 'move' ? at.minute - fresh.start : at.minute };
    grid.current?.setPointerCapture(event.pointerId);
    setShown(result(event));
  };

  const tap = (event: PointerEvent) => {
    const at = locate(event);
    if (at) onDone(draft({ day: at.day, ...spanOf(at.minute, at.minute) }));
  };

  return {
    shown,
    begin,
    cancel: () => {
      drag.current = null;
      setShown(null);
    },
    handlers: {
      onPointerMove: (event: PointerEvent) => drag.current && setShown(result(event)),
      onPointerUp: (event: PointerEvent) => {
        if (event.pointerType === 'touch') return event.target === event.currentTarget && tap(event);
        const slot = result(event);
        drag.current = null;
        setShown(null);
        if (slot) onDone(slot);
      },
    },
  };
}

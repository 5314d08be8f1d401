'use client';

import { useRef, type KeyboardEvent } from 'react';
import { hoursBetween } from '@/components/schedule/mini-week';
import type { Course } from '@/lib/api/types';
import { courseLabel, DAY_NAMES, formatTime, parseSchedule, type Day } from '@/lib/schedule';
import { SlotBlock } from './slot-block';
import { useWeekDrag } from './use-week-drag';
import type { DraftSlot } from './values';
import { changeByKey } from './week-edits';
import { layOut } from './week-layout';

const HOUR_PX = 36;
const USUAL_HOURS = { from: 7 * 60, to: 21 * 60 };

interface WeekEditorProps {
  slots: DraftSlot[];
  days: readonly Day[];
  /** What the teacher has besides; drawn behind. */
  others: Course[];
  /** The slot to focus when it appears. */
  fresh: string | null;
  onPut: (slot: DraftSlot) => void;
  onRemove: (key: string) => void;
}

export function WeekEditor({ slots, days, others, fresh, onPut, onRemove }: WeekEditorProps) {
  const grid = useRef<HTMLDivElement>(null);
  const from = Math.min(USUAL_HOURS.from, ...slots.map(({ start }) => Math.floor(start / 60) * 60));
  const to = Math.max(USUAL_HOURS.to, ...slots.map(({ end }) => Math.ceil(end / 60) * 60));
  const area = { days, from, to };
  const drag = useWeekDrag(grid, area, onPut);

  const { shown } = drag;
  const known = slots.some(({ key }) => key === shown?.key);
  const drawn = slots.map((slot) => (shown?.key === slot.key ? shown : slot));
  const taken = others.flatMap((course) =>
    parseSchedule(course.schedule).map((slot) => ({
      ...slot,
      key: `${course.id}-${slot.day}-${slot.start}`,
      course,
    })),
  );
  const behind = layOut(taken, area);
  const blocks = layOut(shown && !known ? [...drawn, shown] : drawn, area);

  const onKey = (event: KeyboardEvent, slot: DraftSlot) => {
    const changed = changeByKey(event.key, event.shiftKey, slot, days);
    if (event.key === 'Delete' || event.key === 'Backspace') onRemove(slot.key);
    else if (changed) onPut(changed);
    else return;
    event.preventDefault();
  };

  return (
    <div className="overflow-x-auto pb-2">
      <div className="min-w-130 select-none">
        <div className="ml-11 flex">
          {days.map((day) => (
            <div key={day} className="flex-1 pb-1.5 text-center text-xs font-medium text-muted">
              {DAY_NAMES[day].long}
            </div>
          ))}
        </div>
        <div className="relative ml-11" style={{ height: ((to - from) / 60) * HOUR_PX }}>
          {hoursBetween(from, to).map((hour) => (
            <div
              key={hour}
              aria-hidden
              className="pointer-events-none absolute inset-x-0 border-t border-line"
              style={{ top: `${((hour - from) / (to - from)) * 100}%` }}
            >
              <span className="absolute -top-2 -left-11 w-9 text-right text-2xs text-muted tabular-nums">
                {formatTime(hour)}
              </span>
            </div>
          ))}
          <div
            ref={grid}
            data-testid="week-editor"
            className="absolute inset-0 cursor-crosshair touch-pan-y"
            onPointerDown={(event) => drag.begin(event, 'new')}
            onKeyDown={(event) => event.key === 'Escape' && drag.cancel()}
            {...drag.handlers}
          >
            <div aria-hidden className="pointer-events-none absolute inset-0 flex">
              {days.map((day) => (
                <div key={day} className="flex-1 border-l border-line last:border-r" />
              ))}
            </div>
            {behind.map(({ item, style }) => (
              <div key={item.key} className="pointer-events-none absolute p-px" style={style}>
                <div className="block-quiet h-full overflow-hidden rounded-sm px-1.5 text-2xs">
                  {courseLabel(item.course)}
                </div>
              </div>
            ))}
            {/* One flat list: a block that changes its day stays the same element and keeps the focus. */}
            {blocks.map(({ item, style }) => (
              <div key={item.key} className="absolute p-px" style={style}>
                <SlotBlock
                  slot={item}
                  taken={taken}
                  siblings={drawn}
                  autoFocus={item.key === fresh}
                  onKeyDown={(event) => onKey(event, item)}
                  onGrip={(event, grip) => drag.begin(event, grip, item)}
                />
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

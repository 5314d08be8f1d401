'use client';

import { useRef, type KeyboardEvent } from 'react';
import { hoursBetween } from '@/components/schedule/mini-week';
import { frame } from '@/components/schedule/week-model';
import type { Course } from '@/lib/api/types';
import { assignLanes } from '@/lib/lanes';
import {
  courseLabel,
  DAY_NAMES,
  formatSpan,
  formatTime,
  overlaps,
  parseSchedule,
  type Day,
} from '@/lib/schedule';
import { useWeekDrag } from './use-week-drag';
import type { DraftSlot } from './values';
import { endAt, moveBy, STEP, stepDay } from './week-edits';

const HOUR_PX = 36;

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
  const from = Math.min(7 * 60, ...slots.map(({ start }) => Math.floor(start / 60) * 60));
  const to = Math.max(21 * 60, ...slots.map(({ end }) => Math.ceil(end / 60) * 60));
  const drag = useWeekDrag(grid, { days, from, to }, onPut);

  const { shown } = drag;
  const drawn = shown ? [...slots.filter(({ key }) => key !== shown.key), shown] : slots;
  const taken = others.flatMap((course) =>
    parseSchedule(course.schedule).map((slot) => ({ ...slot, course })),
  );
  const hours = hoursBetween(from, to);

  const onKey = (event: KeyboardEvent, slot: DraftSlot) => {
    const changed = byKey(event, slot, days);
    if (event.key === 'Delete' || event.key === 'Backspace') onRemove(slot.key);
    else if (changed) onPut(changed);
    else return;
    event.preventDefault();
  };

  return (
    <div className="overflow-x-auto">
      <div className="min-w-130 select-none">
        <div className="ml-11 flex">
          {days.map((day) => (
            <div key={day} className="flex-1 pb-1.5 text-center text-xs font-medium text-muted">
              {DAY_NAMES[day].long}
            </div>
          ))}
        </div>
        <div className="relative ml-11" style={{ height: ((to - from) / 60) * HOUR_PX }}>
          {hours.map((hour) => (
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
            className="absolute inset-0 flex cursor-crosshair touch-pan-y"
            onPointerDown={(event) => drag.begin(event, 'new')}
            onKeyDown={(event) => event.key === 'Escape' && drag.cancel()}
            {...drag.handlers}
          >
            {days.map((day) => (
              <div
                key={day}
                className="pointer-events-none relative h-full flex-1 border-l border-line last:border-r"
              >
                {taken
                  .filter((slot) => slot.day === day)
                  .map((slot) => (
                    <div
                      key={`${slot.course.id}-${slot.start}`}
                      className="absolute px-px"
                      style={frame({ ...slot, lane: 0, lanes: 1 }, { from, to })}
                    >
                      <div className="block-quiet h-full overflow-hidden rounded-sm px-1.5 text-2xs">
                        {courseLabel(slot.course)}
                      </div>
                    </div>
                  ))}
                {assignLanes(drawn.filter((slot) => slot.day === day)).map((slot) => {
                  const rival = taken.find((other) => overlaps(slot, other));
                  const twice = drawn.some((other) => other.key !== slot.key && overlaps(slot, other));
                  return (
                    <div
                      key={slot.key}
                      className="pointer-events-auto absolute p-px"
                      style={frame(slot, { from, to })}
                    >
                      <button
                        type="button"
                        autoFocus={slot.key === fresh}
                        aria-label={`${DAY_NAMES[day].long} ${formatSpan(slot)}${rival ? `, clashes with ${courseLabel(rival.course)}` : ''}`}
                        aria-describedby="week-editor-keys"
                        onKeyDown={(event) => onKey(event, slot)}
                        onPointerDown={(event) => drag.begin(event, 'move', slot)}
                        data-hue="0"
                        className={`block-face relative block h-full w-full cursor-grab overflow-hidden rounded-md px-1.5 py-0.5 text-left align-top text-2xs opacity-95 active:cursor-grabbing ${rival || twice ? 'block-clash' : ''}`}
                      >
                        <span className="absolute inset-x-1.5 top-0.5 font-medium tabular-nums">
                          {formatSpan(slot)}
                        </span>
                        {rival && (
                          <span className="absolute inset-x-1.5 top-4 truncate">
                            clashes with {courseLabel(rival.course)}
                          </span>
                        )}
                        <span
                          aria-hidden
                          onPointerDown={(event) => drag.begin(event, 'start', slot)}
                          className="absolute inset-x-0 top-0 h-1.5 cursor-ns-resize"
                        />
                        <span
                          aria-hidden
                          onPointerDown={(event) => drag.begin(event, 'end', slot)}
                          className="absolute inset-x-0 bottom-0 h-1.5 cursor-ns-resize"
                        />
                      </button>
                    </div>
                  );
                })}
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Arrows move; with Shift, up and down move the end. */
function byKey(event: KeyboardEvent, slot: DraftSlot, days: readonly Day[]): DraftSlot | null {
  const vertical = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
  if (vertical) return event.shiftKey ? endAt(slot, slot.end + vertical) : moveBy(slot, vertical);
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  return sideways ? stepDay(slot, sideways, days) : null;
}

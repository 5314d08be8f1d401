'use client';

import { useCallback, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { ChartTable } from './chart-table';
import { HEIGHT, MARGIN, spoken, type ChartProps } from './model';

interface FrameProps extends ChartProps {
  /** Which place lies below a point of the plot, which is as wide as it was measured. */
  nearest: (x: number, width: number) => number;
  /** Where a place lies. */
  middle: (index: number, width: number) => number;
  children: (plot: { width: number; cursor: number | null }) => ReactNode;
}

/**
 * What all charts share: the measured width, a cursor that follows the pointer and the arrow keys (a slider, so that
 * screen readers read each place), what stands there, a legend, and everything as a table.
 */
export function ChartFrame({ nearest, middle, children, ...chart }: FrameProps) {
  const { title, labels, series, format } = chart;
  const [width, setWidth] = useState(0);
  const [cursor, setCursor] = useState<number | null>(null);
  const measured = useCallback((element: HTMLDivElement) => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const inner = Math.max(0, width - MARGIN.left - MARGIN.right);
  const last = labels.length - 1;
  // The data may have become shorter under the cursor.
  const at = cursor === null ? null : Math.min(cursor, last);

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    setCursor(Math.max(0, Math.min(last, nearest(event.clientX - left - MARGIN.left, inner))));
  };
  const press = (event: KeyboardEvent) => {
    const now = at ?? last;
    const to = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      PageUp: now + 7,
      PageDown: now - 7,
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'Escape') setCursor(null);
    if (to === undefined) return;
    event.preventDefault();
    setCursor(Math.max(0, Math.min(last, to)));
  };

  return (
    <figure aria-label={title} className="min-w-0">
      {series.length > 1 && <Legend series={chart.series} />}
      <div
        ref={measured}
        role="slider"
        tabIndex={0}
        aria-label={`${title}. Arrow keys move from value to value`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at ?? last}
        aria-valuetext={spoken(chart, at ?? last)}
        onKeyDown={press}
        onFocus={() => setCursor((now) => now ?? last)}
        onBlur={() => setCursor(null)}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={(event) => event.currentTarget !== document.activeElement && setCursor(null)}
        className="relative h-55 touch-pan-y rounded-sm"
      >
        {inner > 0 && (
          <svg aria-hidden width={width} height={HEIGHT} className="block overflow-visible">
            <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
              {children({ width: inner, cursor: at })}
            </g>
          </svg>
        )}
        {inner > 0 && at !== null && (
          <Bubble x={middle(at, inner) + MARGIN.left} width={width}>
            <p className="text-muted">{labels[at]}</p>
            {series.map(({ name, values }, index) => (
              <p key={name} data-series={index} className="flex items-center gap-1.5 whitespace-nowrap">
                {series.length > 1 && <span aria-hidden className="size-2 rounded-xs bg-(--series)" />}
                <span className="font-medium tabular-nums">{format(values[at] ?? 0)}</span>
                <span className="text-muted">{name.toLowerCase()}</span>
              </p>
            ))}
          </Bubble>
        )}
      </div>
      <ChartTable {...chart} />
    </figure>
  );
}

function Legend({ series }: Pick<ChartProps, 'series'>) {
  return (
    <ul aria-hidden className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {series.map(({ name }, index) => (
        <li key={name} data-series={index} className="flex items-center gap-1.5">
          <span className="size-2 rounded-xs bg-(--series)" />
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Beside the cursor, on the side with more room. */
function Bubble({ x, width, children }: { x: number; width: number; children: ReactNode }) {
  const side = x > width / 2 ? { right: width - x + 10 } : { left: x + 10 };
  return (
    <div
      aria-hidden
      style={side}
      className="pointer-events-none absolute top-0 z-10 rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs shadow-float"
    >
      {children}
    </div>
  );
}

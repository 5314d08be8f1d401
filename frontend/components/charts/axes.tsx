import type { scaleLinear } from '@visx/scale';
import { HEIGHT, MARGIN } from './model';

export const PLOT = HEIGHT - MARGIN.top - MARGIN.bottom;
/** The scale ends at one of them, so that nothing stands above the last line. */
export const TICKS = 4;

type Scale = ReturnType<typeof scaleLinear<number>>;

/** Faint lines across, their values at the left; the line of zero a little stronger. */
export function Grid({ y, width, format }: { y: Scale; width: number; format: (value: number) => string }) {
  return y.ticks(TICKS).map((tick) => (
    <g key={tick} transform={`translate(0,${y(tick)})`}>
      <line x2={width} className={tick === 0 ? 'stroke-edge' : 'stroke-line'} />
      <text x={-8} dy="0.32em" textAnchor="end" className="fill-muted text-2xs tabular-nums">
        {format(tick)}
      </text>
    </g>
  ));
}

interface TicksProps {
  indexes: number[];
  x: (index: number) => number;
  label: (index: number) => string | undefined;
  width: number;
}

/** The names of some places below the plot; those at the ends stay within it. */
export function Ticks({ indexes, x, label, width }: TicksProps) {
  return indexes.map((index) => {
    const at = x(index);
    const anchor = at < 16 ? 'start' : at > width - 16 ? 'end' : 'middle';
    return (
      <text key={index} x={at} y={PLOT + 18} textAnchor={anchor} className="fill-muted text-2xs tabular-nums">
        {label(index)}
      </text>
    );
  });
}

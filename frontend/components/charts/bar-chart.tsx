'use client';

import { scaleBand, scaleLinear } from '@visx/scale';
import { Grid, PLOT, Ticks, TICKS } from './axes';
import { ChartFrame } from './chart-frame';
import { extent, tickIndexes, type ChartProps } from './model';

interface BarChartProps extends ChartProps {
  /** Room that a label below the axis needs. */
  tickRoom?: number;
}

/** A bar for each place. Several series share one place, so that what is negative hangs below what is positive. */
export function BarChart({ tickRoom = 56, ...chart }: BarChartProps) {
  const { labels, ticks = labels, series, format, formatAxis = format } = chart;
  const y = scaleLinear<number>({ domain: extent(series), range: [PLOT, 0], nice: TICKS });
  const bands = (width: number) =>
    scaleBand<number>({ domain: labels.map((_, index) => index), range: [0, width], padding: 0.22 });
  const middle = (index: number, width: number) => {
    const x = bands(width);
    return (x(index) ?? 0) + x.bandwidth() / 2;
  };

  return (
    <ChartFrame {...chart} nearest={(x, width) => Math.floor((x / width) * labels.length)} middle={middle}>
      {({ width, cursor }) => {
        const x = bands(width);
        return (
          <>
            {cursor !== null && (
              <rect
                x={(width / labels.length) * cursor}
                width={width / labels.length}
                height={PLOT}
                className="fill-sunken"
              />
            )}
            <Grid y={y} width={width} format={formatAxis} />
            <Ticks
              indexes={tickIndexes(labels.length, width, tickRoom)}
              x={(index) => middle(index, width)}
              label={(index) => ticks[index]}
              width={width}
            />
            {series.map(({ name, values }, place) => (
              <g key={name} data-series={place}>
                {values.map((value, index) => (
                  <rect
                    key={index}
                    x={x(index)}
                    width={Math.max(1, x.bandwidth())}
                    y={Math.min(y(0), y(value))}
                    height={Math.abs(y(value) - y(0))}
                    rx={Math.min(2, x.bandwidth() / 4)}
                    className="fill-(--series)"
                  />
                ))}
              </g>
            ))}
          </>
        );
      }}
    </ChartFrame>
  );
}

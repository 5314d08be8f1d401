'use client';

import { curveMonotoneX } from '@visx/curve';
import { scaleLinear } from '@visx/scale';
import { area, line } from '@visx/shape';
import { Grid, PLOT, Ticks, TICKS } from './axes';
import { ChartFrame } from './chart-frame';
import { extent, tickIndexes, type ChartProps } from './model';

/** Values over time: the first as an area, more as lines, each dashed in its own way. */
export function TrendChart(chart: ChartProps) {
  const { labels, ticks = labels, series, format, formatAxis = format } = chart;
  const step = (width: number) => width / Math.max(1, labels.length - 1);
  const y = scaleLinear<number>({ domain: extent(series), range: [PLOT, 0], nice: TICKS });

  return (
    <ChartFrame
      {...chart}
      nearest={(x, width) => Math.round(x / step(width))}
      middle={(index, width) => index * step(width)}
    >
      {({ width, cursor }) => {
        const x = (_: number, index: number) => index * step(width);
        const path = line<number>({ x, y: (value) => y(value), curve: curveMonotoneX });
        const below = area<number>({ x, y0: y(0), y1: (value) => y(value), curve: curveMonotoneX });
        return (
          <>
            <Grid y={y} width={width} format={formatAxis} />
            <Ticks
              indexes={tickIndexes(labels.length, width, 76)}
              x={(index) => index * step(width)}
              label={(index) => ticks[index]}
              width={width}
            />
            {series.map(({ name, values }, index) => (
              <g key={name} data-series={index}>
                {index === 0 && <path d={below([...values]) ?? ''} className="fill-(--series) opacity-12" />}
                <path
                  d={path([...values]) ?? ''}
                  strokeDasharray={DASHES[index]}
                  className="fill-none stroke-(--series) stroke-[1.75]"
                />
              </g>
            ))}
            {cursor !== null && (
              <>
                <line x1={cursor * step(width)} x2={cursor * step(width)} y2={PLOT} className="stroke-edge" />
                {series.map(({ name, values }, index) => (
                  <circle
                    key={name}
                    data-series={index}
                    cx={cursor * step(width)}
                    cy={y(values[cursor] ?? 0)}
                    r={3.5}
                    className="fill-surface stroke-(--series) stroke-2"
                  />
                ))}
              </>
            )}
          </>
        );
      }}
    </ChartFrame>
  );
}

const DASHES = ['', '5 3', '2 3', '8 3 2 3'];

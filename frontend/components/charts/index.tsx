'use client';

import dynamic from 'next/dynamic';

/** As high as what comes in its place, with the line that opens the table. */
const loading = () => <div aria-hidden className="h-61 pointer-coarse:h-68" />;

/** Loaded when a page draws one: scales and shapes are in no page's first load. */
export const TrendChart = dynamic(() => import('./trend-chart').then((module) => module.TrendChart), {
  loading,
  ssr: false,
});
export const BarChart = dynamic(() => import('./bar-chart').then((module) => module.BarChart), {
  loading,
  ssr: false,
});

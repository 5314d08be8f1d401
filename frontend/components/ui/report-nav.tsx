'use client';

import Link from 'next/link';
import { paths } from '@/lib/paths';

const reports = [
  { view: '', label: 'Now' },
  { view: 'enrollments', label: 'Enrolments' },
  { view: 'revenue', label: 'Revenue' },
  { view: 'demand', label: 'Unmet demand' },
  { view: 'performance', label: 'Performance' },
] as const;

export type ReportView = (typeof reports)[number]['view'];

export function isReport(view: string): view is ReportView {
  return reports.some((report) => report.view === view);
}

/** On a phone the last ones lie beyond the edge. */
function intoView(link: HTMLElement | null) {
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

/** The reports side by side; on a phone the row scrolls. */
export function ReportNav({ current }: { current: ReportView }) {
  return (
    <nav aria-label="Reports" className="mt-3 -mb-px flex overflow-x-auto border-b border-line">
      {reports.map(({ view, label }) => (
        <Link
          key={view}
          href={view === 'performance' ? paths.performance : paths.report(view)}
          ref={view === current ? intoView : undefined}
          aria-current={view === current ? 'page' : undefined}
          className="shrink-0 border-b-2 border-transparent px-3 py-2 text-base text-muted -outline-offset-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:py-3"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

'use client';

import dynamic from 'next/dynamic';
import { PageHeader } from '@/components/ui/page-header';
import { isReport, ReportNav } from '@/components/ui/report-nav';
import { useQueryState } from '@/lib/query-state';

const loading = () => <div aria-busy="true" className="card h-120" />;
const views = {
  '': dynamic(() => import('./now').then((module) => module.Now), { loading }),
  enrollments: dynamic(() => import('./enrollments').then((module) => module.Enrollments), { loading }),
  revenue: dynamic(() => import('./revenue').then((module) => module.Revenue), { loading }),
  demand: dynamic(() => import('./demand').then((module) => module.Demand), { loading }),
};

const defaults = { view: '' };

/** The state of things, and the reports on what led to it. */
export function AnalyticsDashboard() {
  const [{ view }] = useQueryState(defaults);
  const current = isReport(view) && view !== 'performance' ? view : '';
  const View = views[current];
  return (
    <>
      <PageHeader title="Analytics" />
      <ReportNav current={current} />
      <div className="mt-4">
        <View />
      </div>
    </>
  );
}

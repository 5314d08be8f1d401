'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { DepartmentFilter, TermFilter } from '@/components/ui/report-filters';
import { ReportNav } from '@/components/ui/report-nav';
import { performance } from '@/lib/api/analytics';
import { termList } from '@/lib/api/terms';
import { useUser } from '@/lib/auth';
import { plural } from '@/lib/numbers';
import { useQueryState } from '@/lib/query-state';
import { termOf } from '@/lib/reports';
import { pickTerm } from '@/lib/terms';
import { MarksOverview } from './marks-overview';
import { PerformanceTable } from './performance-table';

const PAGE_SIZE = 25;
const defaults = { term: '', department: '', sort: '', page: 1 };

/** How students do: a teacher's own courses, an administrator's all. */
export function Performance() {
  const { role } = useUser();
  const [state, update] = useQueryState(defaults);
  const terms = useQuery(termList);
  const report = useQuery({
    ...performance({
      ...termOf(terms.data ?? [], state.term),
      department: state.department,
      sort: state.sort,
      page: state.page,
      page_size: PAGE_SIZE,
    }),
    enabled: terms.isSuccess && role !== 'student',
  });
  const { data } = report;
  const failed = terms.error ?? report.error;
  if (role === 'student') return <NotForStudents />;

  return (
    <>
      <PageHeader
        title={role === 'admin' ? 'Analytics' : 'Performance'}
        summary={role === 'admin' ? undefined : data ? plural(data.total, 'course') : ''}
      />
      {role === 'admin' && <ReportNav current="performance" />}
      <div role="search" aria-label="Performance" className="mt-4 grid grid-cols-2 gap-2 md:flex">
        <div className="md:w-44">
          <TermFilter terms={terms.data ?? []} value={state.term} onChange={(term) => update({ term })} />
        </div>
        <div className="md:w-44">
          <DepartmentFilter
            term={pickTerm(terms.data ?? [], state.term)}
            value={state.department}
            onChange={(department) => update({ department })}
          />
        </div>
      </div>
      {failed ? (
        <div className="mt-4">
          <LoadFailure error={failed} retry={terms.error ? terms.refetch : report.refetch} />
        </div>
      ) : !data ? (
        <div aria-busy="true" className="card mt-4 h-150" />
      ) : data.total === 0 ? (
        <div className="card mt-4">
          <Empty
            title={state.term || state.department ? 'No course matches' : 'No courses yet'}
            action={
              (state.term || state.department) && (
                <Button onClick={() => update({ term: '', department: '' })}>Look at all courses</Button>
              )
            }
          >
            Courses appear here as soon as somebody has had a seat in them.
          </Empty>
        </div>
      ) : (
        <div className="mt-4 grid gap-4">
          <MarksOverview
            title="All of these courses together"
            figures={data.overall}
            attendance={data.overall}
            passFrom={data.pass_from}
          />
          <section aria-label="By course" aria-busy={terms.isPending || report.isFetching}>
            <PerformanceTable
              rows={data.items}
              sort={state.sort}
              stale={report.isPlaceholderData}
              onSort={(sort) => update({ sort })}
            />
            <Pager
              page={state.page}
              pageSize={PAGE_SIZE}
              total={data.total}
              onPage={(page) => update({ page })}
            />
          </section>
        </div>
      )}
    </>
  );
}

function NotForStudents() {
  return (
    <div className="card">
      <h1 className="sr-only">Not for you</h1>
      <Empty title="This page is for teachers">Your own marks stand under Grades.</Empty>
    </div>
  );
}

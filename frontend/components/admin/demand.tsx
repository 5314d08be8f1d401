'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/ui/button';
import { Meaning } from '@/components/ui/meaning';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { Pager } from '@/components/ui/pager';
import { DepartmentFilter, TermFilter } from '@/components/ui/report-filters';
import { unmetDemand } from '@/lib/api/analytics';
import { termList } from '@/lib/api/terms';
import { plural } from '@/lib/numbers';
import { useQueryState } from '@/lib/query-state';
import { termOf } from '@/lib/reports';
import { pickTerm, termKey } from '@/lib/terms';
import { DemandTable } from './demand-table';

const PAGE_SIZE = 25;
const defaults = { view: '', term: '', department: '', sort: '-without_seat', page: 1 };

/** In the address; without a term there, the current one is meant. */
const ALL_TERMS = 'all';

/** Where seats are missing: who wanted a course and has none. */
export function Demand() {
  const [state, update] = useQueryState(defaults);
  const terms = useQuery(termList);
  const now = pickTerm(terms.data ?? [], '');
  const term = state.term || (now ? termKey(now) : ALL_TERMS);
  const report = useQuery({
    ...unmetDemand({
      ...termOf(terms.data ?? [], term),
      department: state.department,
      sort: state.sort,
      page: state.page,
      page_size: PAGE_SIZE,
    }),
    enabled: terms.isSuccess,
  });
  const { data } = report;
  const failed = terms.error ?? report.error;
  const filtered = term !== ALL_TERMS || state.department !== '';

  return (
    <>
      <div role="search" aria-label="Unmet demand" className="grid grid-cols-2 items-end gap-2 md:flex">
        <div className="md:w-44">
          <TermFilter
            terms={terms.data ?? []}
            value={term}
            all={ALL_TERMS}
            onChange={(chosen) => update({ term: chosen })}
          />
        </div>
        <div className="md:w-44">
          <DepartmentFilter
            term={pickTerm(terms.data ?? [], term)}
            value={state.department}
            onChange={(department) => update({ department })}
          />
        </div>
        <div className="relative flex min-h-5 items-center gap-1 text-sm text-muted max-md:col-span-2 md:ml-2 md:min-w-80 md:pb-2">
          {data && data.total > 0 && `${plural(data.total, 'course')} with somebody refused or waiting`}
          <Meaning of="No seat">
            Students who have no seat in any section of the course now, and who wait for one or were refused
            since they last had one. Found it full: students refused because a section was full, each once.
          </Meaning>
        </div>
      </div>
      <section aria-label="Unmet demand" aria-busy={terms.isPending || report.isFetching} className="mt-4">
        {failed ? (
          <LoadFailure error={failed} retry={terms.error ? terms.refetch : report.refetch} />
        ) : !data ? (
          <div aria-hidden className="card h-120" />
        ) : data.items.length === 0 ? (
          <div className="card">
            <Empty
              title="Everybody found a seat"
              action={
                filtered && (
                  <Button onClick={() => update({ term: ALL_TERMS, department: '' })}>
                    Look at all terms
                  </Button>
                )
              }
            >
              Courses appear here when a student is refused or waits.
            </Empty>
          </div>
        ) : (
          <>
            <DemandTable
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
          </>
        )}
      </section>
    </>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { auditLog } from '@/lib/api/audit';
import { plural } from '@/lib/numbers';
import { useQueryState } from '@/lib/query-state';
import { AuditList } from './audit-list';
import { AuditSkeleton } from './audit-skeleton';
import { Filters } from './filters';
import { auditDefaults, filtersOf, PAGE_SIZE, toFilter } from './filter-state';

export function Audit() {
  const [state, update] = useQueryState(auditDefaults);
  const log = useQuery(auditLog(toFilter(state)));

  return (
    <>
      <PageHeader title="Audit trail" summary={log.data ? plural(log.data.total, 'entry', 'entries') : ''} />
      <Filters state={state} update={update} />
      <section aria-label="Entries, newest first" aria-busy={log.isFetching} className="mt-3">
        {log.error ? (
          <LoadFailure error={log.error} retry={log.refetch} />
        ) : !log.data ? (
          <AuditSkeleton />
        ) : log.data.items.length === 0 ? (
          <div className="card">
            {filtersOf(state).length > 0 ? (
              <Empty
                title="No entry matches"
                action={<Button onClick={() => update(auditDefaults)}>Clear the filters</Button>}
              >
                Try another person, another action or other dates.
              </Empty>
            ) : (
              <Empty title="Nothing has been written down yet">
                What staff change, and whose marks they look at, appears here.
              </Empty>
            )}
          </div>
        ) : (
          <>
            <AuditList
              entries={log.data.items}
              stale={log.isPlaceholderData}
              onOnly={(only) => update({ ...auditDefaults, ...only })}
            />
            <Pager
              page={state.page}
              pageSize={PAGE_SIZE}
              total={log.data.total}
              onPage={(page) => update({ page })}
            />
          </>
        )}
      </section>
    </>
  );
}

'use client';

import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { TextField } from '@/components/ui/field';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty, Notice } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { Pager } from '@/components/ui/pager';
import { Segments } from '@/components/ui/segments';
import { toast } from '@/components/ui/toast-queue';
import { explain } from '@/lib/api/explain';
import { changeRequests, CHANGES_PAGE_SIZE, decideChange } from '@/lib/api/grade-changes';
import type { ChangeRequest, ChangeRequestStatus } from '@/lib/api/types';
import { useUser } from '@/lib/auth';
import { formatMoment } from '@/lib/dates';
import { formatDecimal, plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { useQueryState } from '@/lib/query-state';

const defaults = { status: 'pending', page: 1 };
const views: Record<string, ChangeRequestStatus> = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
};

export function GradeChanges() {
  const [state, update] = useQueryState(defaults);
  const status = views[state.status] ?? 'pending';
  const { data, error, refetch } = useQuery(changeRequests({ status, page: state.page }));

  return (
    <>
      <PageHeader
        title="Grade changes"
        summary={
          data ? `${plural(data.total, 'request')} ${status === 'pending' ? 'to decide' : status}` : ''
        }
      >
        <Segments
          label="Which requests"
          value={status}
          options={[
            { value: 'pending', label: 'To decide' },
            { value: 'approved', label: 'Approved' },
            { value: 'rejected', label: 'Rejected' },
          ]}
          onChange={(next) => update({ status: next })}
        />
      </PageHeader>
      <div className="mt-5">
        {error ? (
          <LoadFailure error={error} retry={refetch} />
        ) : !data ? (
          <div aria-busy="true" className="card h-60" />
        ) : data.items.length === 0 ? (
          <div className="card">
            <Empty title={status === 'pending' ? 'Nothing to decide' : `No ${status} requests`}>
              Once a final is submitted, a teacher asks here for a mark to be changed.
            </Empty>
          </div>
        ) : (
          <>
            <ul className="card divide-y divide-line">
              {data.items.map((request) => (
                <Request key={request.id} request={request} />
              ))}
            </ul>
            <Pager
              page={state.page}
              pageSize={CHANGES_PAGE_SIZE}
              total={data.total}
              onPage={(page) => update({ page })}
            />
          </>
        )}
      </div>
    </>
  );
}

function Request({ request }: { request: ChangeRequest }) {
  const course =
    request.course_section === '001'
      ? request.course_code
      : `${request.course_code} · ${request.course_section}`;
  return (
    <li className="grid gap-x-8 gap-y-3 px-4 py-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0">
        <h2 className="text-base font-semibold">
          {request.student_name}
          <Link
            href={paths.gradebook(request.course_id)}
            prefetch={false}
            className="ml-2 font-normal text-muted underline underline-offset-2 hover:text-ink pointer-coarse:inline-block pointer-coarse:py-2.5"
          >
            {course}
          </Link>
        </h2>
        <ul className="mt-1.5 tabular-nums">
          {request.cells.map((cell) => (
            <li key={cell.assignment_name}>
              {cell.assignment_name}:{' '}
              <span className="text-muted">
                {cell.old_score == null ? 'no mark' : formatDecimal(cell.old_score)}
              </span>{' '}
              → <b>{formatDecimal(cell.score)}</b>
            </li>
          ))}
        </ul>
        <p className="mt-2 max-w-prose whitespace-pre-line">“{request.reason}”</p>
        <p className="mt-1 text-sm text-muted">
          {request.filed_by.full_name} · {formatMoment(request.filed_at)}
        </p>
      </div>
      {request.status === 'pending' ? <Decide request={request} /> : <Decided request={request} />}
    </li>
  );
}

function Decided({ request }: { request: ChangeRequest }) {
  return (
    <div className="text-sm">
      <p className={`font-medium ${request.status === 'approved' ? 'text-good' : 'text-bad'}`}>
        {request.status === 'approved' ? 'Approved' : 'Rejected'}
      </p>
      <p className="text-muted">
        {request.decided_by?.full_name}
        {request.decided_at && ` · ${formatMoment(request.decided_at)}`}
      </p>
      {request.note && <p className="mt-1 max-w-prose whitespace-pre-line">“{request.note}”</p>}
    </div>
  );
}

function Decide({ request }: { request: ChangeRequest }) {
  const user = useUser();
  const [note, setNote] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const own = request.filed_by.id === user.id;

  const decide = async (decision: 'approve' | 'reject') => {
    setBusy(true);
    setFailure(null);
    try {
      await decideChange(request.id, decision, note.trim());
      toast({
        tone: 'done',
        title:
          decision === 'approve'
            ? `The mark of ${request.student_name} is changed`
            : 'The request is rejected',
      });
    } catch (error) {
      setFailure(explain(error));
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => event.preventDefault();

  return (
    <form onSubmit={submit} className="grid content-start gap-3">
      {failure && <Notice title={failure} />}
      <TextField
        label="Note"
        hint="The teacher reads it. A rejection needs one."
        maxLength={1000}
        autoComplete="off"
        value={note}
        onChange={({ target }) => setNote(target.value)}
      />
      <div className="flex gap-2">
        <Button
          look="primary"
          aria-label={`Approve the change for ${request.student_name}`}
          busy={busy}
          disabledReason={own ? 'Another administrator has to approve what you asked for' : null}
          onClick={() => void decide('approve')}
        >
          Approve
        </Button>
        <Button
          look="danger"
          aria-label={`Reject the change for ${request.student_name}`}
          busy={busy}
          disabledReason={note.trim() ? null : 'Say in the note why it is rejected'}
          onClick={() => void decide('reject')}
        >
          Reject
        </Button>
      </div>
    </form>
  );
}

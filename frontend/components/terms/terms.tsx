'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { LoadFailure } from '@/components/ui/load-failure';
import { nothing } from '@/components/ui/nothing';
import { Empty } from '@/components/ui/notice';
import { PageHeader } from '@/components/ui/page-header';
import { termList } from '@/lib/api/terms';
import type { Term } from '@/lib/api/types';
import { formatDate, formatMoment } from '@/lib/dates';
import { formatCount, plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { termKey, termLabel } from '@/lib/terms';

const TermDialog = dynamic(() => import('./term-dialog').then((module) => module.TermDialog), {
  loading: nothing,
});

const states = {
  open: <span className="font-medium text-good">Open</span>,
  not_yet: <span className="font-medium text-warn">Not yet</span>,
  closed: <span className="text-muted">Closed</span>,
};

export function Terms() {
  const terms = useQuery(termList);
  const [edited, setEdited] = useState<Term | 'new' | null>(null);

  return (
    <>
      <PageHeader title="Terms" summary={terms.data ? plural(terms.data.length, 'term') : ''}>
        <Button look="primary" onClick={() => setEdited('new')}>
          New term
        </Button>
      </PageHeader>
      <div className="mt-5">
        {terms.error ? (
          <LoadFailure error={terms.error} retry={terms.refetch} />
        ) : !terms.data ? (
          <div aria-busy="true" className="card h-60" />
        ) : terms.data.length === 0 ? (
          <div className="card">
            <Empty
              title="No terms yet"
              action={<Button onClick={() => setEdited('new')}>Add the first term</Button>}
            >
              A term holds the dates of classes and of registration.
            </Empty>
          </div>
        ) : (
          <ul className="card divide-y divide-line">
            {terms.data.map((term) => (
              <TermRow key={termKey(term)} term={term} onEdit={() => setEdited(term)} />
            ))}
          </ul>
        )}
      </div>
      {edited && <TermDialog term={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}

function TermRow({ term, onEdit }: { term: Term; onEdit: () => void }) {
  const facts = [
    ['Classes', range(term.starts_on, term.ends_on, formatDate)],
    ['Registration', range(term.registration_opens_at, term.registration_closes_at, formatMoment)],
    ['Drop until', term.drop_deadline ? formatMoment(term.drop_deadline) : 'any time'],
  ];
  return (
    <li className="grid gap-x-6 gap-y-2 px-4 py-3 md:grid-cols-[10rem_minmax(0,1fr)_auto] md:items-center">
      <div>
        <h2 className="text-base font-semibold">
          {termLabel(term)}
          {term.is_current && <span className="ml-2 text-xs font-medium text-accent">now</span>}
        </h2>
        <Link
          href={`${paths.courses}?term=${termKey(term)}`}
          className="text-sm text-muted underline underline-offset-2 hover:text-ink pointer-coarse:inline-block pointer-coarse:py-2"
        >
          {formatCount(term.courses)} {term.courses === 1 ? 'course' : 'courses'}
        </Link>
      </div>
      <dl className="grid gap-x-6 gap-y-1.5 text-sm lg:grid-cols-[1fr_1.4fr_1fr]">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-muted">
              {name}
              {name === 'Registration' && <> · {states[term.registration]}</>}
            </dt>
            <dd className="tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <Button
        size="small"
        aria-label={`Edit dates of ${termLabel(term)}`}
        onClick={onEdit}
        className="justify-self-start"
      >
        Edit dates
      </Button>
    </li>
  );
}

function range(
  from: string | null | undefined,
  to: string | null | undefined,
  format: (iso: string) => string,
): string {
  if (!from && !to) return 'not set';
  return `${from ? format(from) : '…'} – ${to ? format(to) : '…'}`;
}

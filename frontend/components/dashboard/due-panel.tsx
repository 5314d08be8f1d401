'use client';

import { useQuery } from '@tanstack/react-query';
import { LinkButton } from '@/components/ui/button';
import { account } from '@/lib/api/payments';
import { formatDate, isoDate } from '@/lib/dates';
import { formatMoney, isZero } from '@/lib/money';
import { plural } from '@/lib/numbers';
import { paths } from '@/lib/paths';
import { purpose } from '@/lib/payment-words';
import { Panel } from './parts';

/** What is to be paid first; nothing where nothing is. */
export function DuePanel({ userId }: { userId: string }) {
  const { data } = useQuery(account(userId));
  const [first, ...others] = data?.charges.filter(({ outstanding }) => !isZero(outstanding)) ?? [];
  if (!first) return null;
  const late = first.due_on != null && first.due_on < isoDate(new Date());
  return (
    <Panel title="To pay">
      <div className="px-4 py-3">
        <p className="text-lg font-semibold tabular-nums">{formatMoney(first.outstanding, first.currency)}</p>
        <p className="text-sm">{purpose(first.kind, first)}</p>
        {first.due_on && (
          <p className={`text-sm ${late ? 'font-medium text-bad' : 'text-muted'}`}>
            {late ? 'Was due on' : 'Due by'} {formatDate(first.due_on)}
          </p>
        )}
        {others.length > 0 && (
          <p className="text-sm text-muted">and {plural(others.length, 'more charge')}</p>
        )}
        <LinkButton href={paths.payments} className="mt-3 w-full">
          Pay
        </LinkButton>
      </div>
    </Panel>
  );
}

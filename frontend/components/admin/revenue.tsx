'use client';

import { useQuery } from '@tanstack/react-query';
import { BarChart } from '@/components/charts';
import { CardSection } from '@/components/ui/card-section';
import { Figure, Figures } from '@/components/ui/figure';
import { LoadFailure } from '@/components/ui/load-failure';
import { Empty } from '@/components/ui/notice';
import { PeriodFilters } from '@/components/ui/report-filters';
import { Segments } from '@/components/ui/segments';
import { revenueReport } from '@/lib/api/analytics';
import { termList } from '@/lib/api/terms';
import type { RevenueReport } from '@/lib/api/types';
import { formatMonth } from '@/lib/dates';
import { formatMoney, formatMoneyShort } from '@/lib/money';
import { plural } from '@/lib/numbers';
import { useQueryState } from '@/lib/query-state';
import { periodOf } from '@/lib/reports';
import { termLabel } from '@/lib/terms';
import { MoneyTable } from './money-table';

const defaults = { view: '', term: '', from: '', to: '', currency: '' };

export function Revenue() {
  const [state, update] = useQueryState(defaults);
  const terms = useQuery(termList);
  const period = periodOf(terms.data ?? [], state);
  const report = useQuery({ ...revenueReport(period), enabled: terms.isSuccess });
  const { data } = report;
  const failed = terms.error ?? report.error;
  const currencies = data?.totals.map(({ currency }) => currency) ?? [];
  const currency = currencies.includes(state.currency) ? state.currency : (currencies[0] ?? '');

  return (
    <>
      <div role="search" aria-label="Report on revenue" className="grid grid-cols-2 items-end gap-2 md:flex">
        <PeriodFilters terms={terms.data ?? []} state={state} taken={data} onChange={update} />
        {currencies.length > 1 && (
          <Segments
            label="Currency"
            value={currency}
            options={currencies.map((code) => ({ value: code, label: code }))}
            onChange={(code) => update({ currency: code })}
          />
        )}
      </div>
      {failed ? (
        <div className="mt-4">
          <LoadFailure error={failed} retry={terms.error ? terms.refetch : report.refetch} />
        </div>
      ) : !data ? (
        <div aria-busy="true" className="card mt-4 h-120" />
      ) : currency === '' ? (
        <div className="card mt-4">
          <Empty title="No money moved in these days">
            Payments count on the day they are settled. Choose other days or another term.
          </Empty>
        </div>
      ) : (
        <div className={`mt-4 grid gap-4 transition-opacity ${report.isPlaceholderData ? 'opacity-60' : ''}`}>
          <Report report={data} currency={currency} />
        </div>
      )}
    </>
  );
}

function Report({ report, currency }: { report: RevenueReport; currency: string }) {
  const ours = <T extends { currency: string }>(rows: T[]) => rows.filter((row) => row.currency === currency);
  const [total] = ours(report.totals);
  const months = ours(report.by_month);
  if (!total) return null;
  const disputed = total.disputes > 0;
  return (
    <>
      <Figures label={`In these days, in ${currency}`} count={disputed ? 4 : 3}>
        <Figure
          name="Settled payments"
          meaning="The sum of payments settled in these days."
          value={formatMoney(total.gross, currency)}
          detail={plural(total.payments, 'payment')}
        />
        <Figure
          name="Refunds"
          meaning="The sum of refunds settled in these days, whenever the payment was."
          value={formatMoney(total.refunded, currency)}
          detail={plural(total.refunds, 'refund')}
        />
        {disputed && (
          <Figure
            name="Disputed"
            meaning="What payers object to at their bank now, or got back that way, without what was refunded of it."
            value={formatMoney(total.disputed, currency)}
            detail={plural(total.disputes, 'payment')}
          />
        )}
        <Figure
          name="Net"
          meaning="Settled payments less refunds and what is disputed. Below zero where more went back than came in."
          value={formatMoney(total.net, currency)}
        />
      </Figures>
      <CardSection
        title="By month"
        meaning="What came in stands above the line, what went back or is disputed below it. Months are the campus's."
      >
        <BarChart
          title={`Revenue by month in ${currency}`}
          what="Month"
          labels={months.map(({ month }) => formatMonth(month))}
          ticks={months.map(({ month }) => formatMonth(month, 'short'))}
          series={[
            { name: 'Payments', values: months.map(({ gross }) => Number(gross)) },
            {
              name: disputed ? 'Refunds and disputes' : 'Refunds',
              values: months.map((month) => -Number(month.refunded) - Number(month.disputed)),
            },
          ]}
          format={(value) => formatMoney(String(Math.abs(value)), currency)}
          formatAxis={(value) => formatMoneyShort(value, currency)}
        />
      </CardSection>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <CardSection title="By type" meaning="A refund belongs to its payment's type." flush>
          <MoneyTable
            what="Type"
            rows={ours(report.by_type).map((row) => ({ name: capital(row.payment_type), ...row }))}
          />
        </CardSection>
        <CardSection title="By term" meaning="The term a payment is for, whenever it was made." flush>
          <MoneyTable
            what="Term"
            rows={ours(report.by_semester).map((row) => ({ name: nameOfTerm(row), ...row }))}
          />
        </CardSection>
      </div>
    </>
  );
}

function nameOfTerm({ semester, year }: RevenueReport['by_semester'][number]): string {
  return semester && year ? termLabel({ semester, year }) : 'For no term';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

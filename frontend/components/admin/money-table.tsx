import { Meter } from '@/components/ui/meter';
import type { Money } from '@/lib/api/types';
import { formatMoney } from '@/lib/money';

/** What came in, what went back or is disputed, and what is left, line by line; the bars compare what came in. */
export function MoneyTable({ what, rows }: { what: string; rows: (Money & { name: string })[] }) {
  const most = Math.max(1, ...rows.map(({ gross }) => Number(gross)));
  const disputes = rows.some((row) => row.disputes > 0);
  return (
    <div
      className="overflow-x-auto border-t border-line"
      tabIndex={0}
      role="group"
      aria-label={`Revenue by ${what.toLowerCase()}`}
    >
      <table className="w-full border-collapse text-right text-sm tabular-nums">
        <caption className="sr-only">Revenue by {what.toLowerCase()}</caption>
        <thead className="bg-sunken text-xs text-muted">
          <tr className="[&>th]:h-9 [&>th]:px-4 [&>th]:font-medium max-sm:[&>th]:px-2.5">
            <th scope="col" className="text-left">
              {what}
            </th>
            <th scope="col">Payments</th>
            <th scope="col">Refunds</th>
            {disputes && <th scope="col">Disputed</th>}
            <th scope="col">Net</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, currency, gross, refunded, disputed, net }) => (
            <tr
              key={name}
              className="border-t border-line max-sm:text-xs [&>*]:h-11 [&>*]:px-4 max-sm:[&>*]:px-2.5"
            >
              <th scope="row" className="min-w-20 text-left font-medium sm:min-w-28">
                {name}
                <span className="mt-1 block max-w-32">
                  <Meter share={Number(gross) / most} />
                </span>
              </th>
              <td>{formatMoney(gross, currency)}</td>
              <td className="text-muted">{formatMoney(refunded, currency)}</td>
              {disputes && <td className="text-muted">{formatMoney(disputed, currency)}</td>}
              <td className="font-medium">{formatMoney(net, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import type { History } from '@/lib/api/types';
import { formatMoment } from '@/lib/dates';
import { formatMoney } from '@/lib/money';
import { refundStates, stepWords } from '@/lib/payment-words';

/** What happened to a payment, and the money that went back. */
export function PaymentSteps({ history }: { history: History }) {
  return (
    <section aria-label="History" className="card p-5">
      <h2 className="mb-3 text-base font-semibold">History</h2>
      <ol className="grid gap-3 border-l border-line pl-4">
        {history.items.map((step, index) => {
          const { title, detail } = stepWords(step);
          return (
            <li key={index}>
              <p className="font-medium">{title}</p>
              {detail && <p className="text-sm">{detail}</p>}
              <p className="text-sm text-muted">
                <time dateTime={step.timestamp}>{formatMoment(step.timestamp)}</time>
                {step.actor_name && ` · ${step.actor_name}`}
              </p>
            </li>
          );
        })}
      </ol>
      {history.refunds.length > 0 && (
        <>
          <h2 className="mt-5 mb-2 text-base font-semibold">Refunds</h2>
          <ul className="divide-y divide-line border-y border-line">
            {history.refunds.map((refund) => (
              <li
                key={refund.id}
                className="flex flex-wrap items-baseline justify-between gap-x-4 py-2 text-sm"
              >
                <span>
                  <span className={`font-medium ${refundStates[refund.status].tone}`}>
                    {refundStates[refund.status].label}
                  </span>
                  {refund.reason && <span className="text-muted"> · {refund.reason}</span>}
                </span>
                <span className="tabular-nums">{formatMoney(refund.amount, refund.currency)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

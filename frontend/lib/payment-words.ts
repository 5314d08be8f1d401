import type { AccountLine, History, Payment, PaymentStatus, PaymentType, Refund } from '@/lib/api/types';
import { isZero } from '@/lib/money';
import { termLabel } from '@/lib/terms';

export const kindLabel: Record<PaymentType, string> = {
  tuition: 'Tuition',
  fees: 'Fees',
  books: 'Books',
  other: 'Other',
};

interface State {
  label: string;
  tone: string;
}

const states: Record<PaymentStatus, State> = {
  pending: { label: 'Not paid yet', tone: 'text-warn' },
  processing: { label: 'Processing', tone: 'text-accent' },
  succeeded: { label: 'Paid', tone: 'text-good' },
  failed: { label: 'Failed', tone: 'text-bad' },
  refunded: { label: 'Refunded', tone: 'text-muted' },
};

export function stateOf(payment: Payment): State {
  if (payment.disputed) return { label: 'Disputed', tone: 'text-bad' };
  if (payment.status === 'failed' && !payment.can_retry) return { label: 'Canceled', tone: 'text-muted' };
  if (payment.status === 'succeeded' && !isZero(payment.refunded_amount)) {
    return { label: 'Paid, partly refunded', tone: 'text-good' };
  }
  return states[payment.status];
}

export const refundStates: Record<Refund['status'], State> = {
  pending: { label: 'On its way', tone: 'text-warn' },
  succeeded: { label: 'Given back', tone: 'text-good' },
  failed: { label: 'Failed', tone: 'text-bad' },
  canceled: { label: 'Canceled', tone: 'text-muted' },
};

export const lineLabel: Record<AccountLine['kind'], string> = {
  charge: 'Charge',
  payment: 'Payment',
  refund: 'Refund',
  waiver: 'Waived',
  reversal: 'Refund returned',
};

interface Purpose {
  semester?: Payment['semester'];
  year?: Payment['year'];
  description?: string | null;
}

/** "Tuition, Fall 2026", with what it is for where that was said. */
export function purpose(kind: PaymentType, { semester, year, description }: Purpose): string {
  const term = semester && year ? `, ${termLabel({ semester, year })}` : '';
  return description ? `${description}${term}` : `${kindLabel[kind]}${term}`;
}

/** Why a card was refused, in words that say what to do. */
export function failureOf(code: string | null | undefined): string {
  const known: Record<string, string> = {
    insufficient_funds: 'The card does not have enough money. Use another one.',
    generic_decline: 'The bank refused the card. Use another one, or ask your bank.',
    card_declined: 'The bank refused the card. Use another one, or ask your bank.',
    expired_card: 'The card has expired. Use another one.',
    incorrect_cvc: 'The security code was wrong. Check it and try again.',
    processing_error: 'The card could not be processed. Try again in a moment.',
    authentication_required: 'Your bank asks you to confirm the payment. Try again and confirm it.',
    payment_intent_authentication_failure: 'The payment was not confirmed with your bank.',
  };
  return (code && known[code]) || 'The card was not accepted. Try again, or use another one.';
}

const steps: Record<string, string> = {
  pending: 'Begun',
  processing: 'With the bank',
  succeeded: 'Paid',
  failed: 'Not paid',
  refunded: 'Refunded in full',
};

/** A step of a payment: what the server noted, or where that says no more than the state, the state. */
export function stepWords({ status, notes }: Pick<History['items'][number], 'status' | 'notes'>): {
  title: string;
  detail: string | null;
} {
  const state = steps[status] ?? status;
  const code = /^not paid: (\w+)/.exec(notes ?? '')?.[1];
  if (code) return { title: state, detail: failureOf(code) };
  if (!notes || /^(payment begun|being processed|paid|not paid)$/.test(notes)) {
    return { title: state, detail: null };
  }
  const [title = '', ...rest] = notes.split(': ');
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    detail: rest.length > 0 ? rest.join(': ') : null,
  };
}

const known: Record<string, string> = {
  'payment_intent.created': 'Payment begun',
  'payment_intent.requires_action': 'Payment waits for the payer',
  'payment_intent.processing': 'Payment with the bank',
  'payment_intent.succeeded': 'Payment paid',
  'payment_intent.payment_failed': 'Payment attempt failed',
  'payment_intent.canceled': 'Payment canceled',
  'refund.created': 'Refund begun',
  'refund.updated': 'Refund went on',
  'refund.failed': 'Refund failed',
  'charge.refund.updated': 'Refund went on',
  'charge.refunded': 'Money given back',
  'charge.dispute.created': 'Dispute opened',
  'charge.dispute.closed': 'Dispute closed',
};

/** What the card provider tells of, in words; of a type this table does not know, its name made readable. */
export function eventWords(type: string): string {
  const words = type.replace(/[._]+/g, ' ').trim();
  return known[type] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

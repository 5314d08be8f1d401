import { expect, test } from 'vitest';
import { eventWords } from './event-words';

test.each([
  ['charge.dispute.created', 'Dispute opened'],
  ['payment_intent.succeeded', 'Payment paid'],
  ['charge.dispute.funds_withdrawn', 'Charge dispute funds withdrawn'],
])('%s', (type, words) => {
  expect(eventWords(type)).toBe(words);
});

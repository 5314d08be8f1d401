import { expect, test } from 'vitest';
import { stepWords } from './payment-words';

test.each([
  ['pending', 'payment begun', 'Begun', null],
  ['succeeded', 'paid', 'Paid', null],
  [
    'failed',
    'not paid: insufficient_funds',
    'Not paid',
    'The card does not have enough money. Use another one.',
  ],
  [
    'failed',
    'not paid: never_heard_of_it',
    'Not paid',
    'The card was not accepted. Try again, or use another one.',
  ],
  ['succeeded', 'refund of 12.50 USD begun: Wrong book: 2nd', 'Refund of 12.50 USD begun', 'Wrong book: 2nd'],
  ['succeeded', 'refunded 12.50 USD', 'Refunded 12.50 USD', null],
  ['refunded', null, 'Refunded in full', null],
] as const)('%s, %s', (status, notes, title, detail) => {
  expect(stepWords({ status, notes })).toEqual({ title, detail });
});

// Payments through the sandbox: paid, declined, refused by a bank, given back, taken up again; its events, and what
// only looks like them.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { add, answers, ask, eventually, nextReplica, replicas } from './ask.mjs';

/** `uems_stripe_webhook_events_total`, by `event_type status`. */
export const events = {};
/** `uems_payments_total`, by `status payment_type`. */
export const payments = {};
/** `uems_payments_amount_usd_total`, by `payment_type`. */
export const dollars = {};
/** How often the provider was asked for an intent, also in vain. */
export const intents = { count: 0 };

/** The sandbox's keys follow from the secret of the replicas. */
function key(purpose) {
  const mac = createHmac('sha256', process.env.JWT_SECRET);
  for (const part of ['stripe sandbox', purpose]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    mac.update(length).update(part);
  }
  return mac.digest('hex').slice(0, 32);
}
const secret = `sk_test_${key('secret')}`;
const signingSecret = `whsec_${key('webhook')}`;

/** What the provider is asked by a browser, or by a test. Not counted: it is not our API. */
async function provider(path, form, expected = [200], replica = nextReplica()) {
  const answer = await fetch(`${replica}/stripe-sandbox${path}`, { method: 'POST', body: new URLSearchParams(form) });
  assert.ok(expected.includes(answer.status), `${path}: ${answer.status} ${await answer.text()}`);
}
const flip = (switches) => provider('/test/switches', { key: secret, ...switches });

/** An event the sandbox delivers. */
const told = (...kinds) => kinds.forEach((kind) => add(events, `${kind} processed`));

async function begin(token, amount, payment_type) {
  const ticket = await ask(201, 'POST', '/api/v1/payments/create-intent', { token, body: { amount, payment_type } });
  add(payments, `pending ${payment_type}`);
  intents.count++;
  told('payment_intent.created');
  const intent = ticket.client_secret.split('_secret_')[0];
  const act = (what, form, expected) =>
    provider(`/v1/payment_intents/${intent}/${what}`, { key: 'pk_test_uems_sandbox', client_secret: ticket.client_secret, ...form }, expected);
  return { id: ticket.payment_id, token, amount, payment_type, act };
}

const pay = (payment, number, expected) =>
  payment.act(
    'confirm',
    {
      'payment_method_data[card][number]': number,
      'payment_method_data[card][exp_month]': '12',
      'payment_method_data[card][exp_year]': '2044',
      'payment_method_data[card][cvc]': '123',
    },
    expected,
  );

/** Waits for the provider's news. */
const becomes = (status, { id, token }) =>
  eventually(20, async () => {
    const payment = await ask(200, 'GET', '/api/v1/payments/{id}', { token, ids: { id } });
    assert.equal(payment.status, status);
  });

async function succeeds(payment) {
  await pay(payment, '4242424242424242');
  told('charge.succeeded', 'payment_intent.succeeded');
  await becomes('succeeded', payment);
  add(payments, `succeeded ${payment.payment_type}`);
  add(dollars, payment.payment_type, Number(payment.amount));
}

async function fails(payment) {
  told('payment_intent.payment_failed');
  await becomes('failed', payment);
  add(payments, `failed ${payment.payment_type}`);
}

async function refund(token, payment, amount) {
  const body = { reason: 'asked for', ...(amount && { amount }) };
  await ask(201, 'POST', '/api/v1/payments/{id}/refund', { token, ids: { id: payment.id }, body });
  told('refund.created', 'refund.updated', 'charge.refunded');
}

export async function money({ root, students: [ada, bob, eve] }) {
  const paid = await begin(ada, '19.99', 'tuition');
  await succeeds(paid);
  await refund(root, paid);
  await becomes('refunded', paid);
  add(payments, 'refunded tuition');

  const second = await begin(bob, '0.29', 'fees');
  await pay(second, '4000000000009995', [402]);
  await fails(second);
  await succeeds(second);
  await refund(root, second, '0.10');
  await ask(409, 'POST', '/api/v1/payments/{id}/refund', { token: root, ids: { id: second.id }, body: { reason: 'too much', amount: '0.20' } });

  const refused = await begin(eve, '250.00', 'books');
  await pay(refused, '4000002500003155');
  told('payment_intent.requires_action');
  await refused.act('authenticate', { outcome: 'refuse' }, [200, 402]);
  await fails(refused);

  await troubled(eve);

  // Everything twice.
  await flip({ duplicate_percent: '100' });
  const twice = await begin(eve, '100.00', 'tuition');
  await succeeds(twice);
  await flip({ duplicate_percent: '0' });
  for (const kind of ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']) add(events, `${kind} duplicate`);
}

/** The provider fails as often as it is asked; the payment is taken up again at the same replica, whose call then succeeds. */
async function troubled(token) {
  const [replica] = replicas;
  await flip({ fail_next: '3' });
  const body = { amount: '12.00', payment_type: 'other' };
  const { payment_id: id } = await ask(503, 'POST', '/api/v1/payments/create-intent', { token, body, replica });
  add(payments, 'pending other');
  intents.count++;
  await flip({ fail_next: '0' });
  await ask(200, 'POST', '/api/v1/payments/{id}/retry', { token, ids: { id }, replica });
  intents.count++;
  told('payment_intent.created');
}

export async function webhooks() {
  const now = Math.floor(Date.now() / 1000);
  const sign = (body, by = signingSecret, at = now) =>
    `t=${at},v1=${createHmac('sha256', by).update(`${at}.${body}`).digest('hex')}`;
  const event = (id, type, object) => JSON.stringify({ id, object: 'event', type, created: now, livemode: false, data: { object } });
  const intent = { id: 'pi_nobody', amount: 100, currency: 'usd', status: 'succeeded', livemode: false, created: now };
  const unknown = event('evt_of_nobody', 'payment_intent.succeeded', intent);
  const other = event('evt_of_a_customer', 'customer.created', { id: 'cus_1' });
  const cases = [
    [400, unknown, undefined, 'unknown failed'],
    [400, unknown, 'nonsense', 'unknown failed'],
    [400, unknown, sign(unknown, 'whsec_of_somebody_else'), 'unknown failed'],
    [400, unknown, sign(unknown, signingSecret, now - 3600), 'unknown failed'],
    [400, unknown, sign(other), 'unknown failed'],
    [400, '{', sign('{'), 'unknown failed'],
    [200, unknown, sign(unknown), 'payment_intent.succeeded failed'],
    [200, other, sign(other), 'other processed'],
    [200, other, sign(other), 'other duplicate'],
  ];
  for (const [expected, body, signature, counted] of cases) {
    const headers = signature ? { 'stripe-signature': signature } : {};
    await ask(expected, 'POST', '/api/v1/payments/webhook', { body, headers });
    add(events, counted);
  }
}

/** The sandbox's deliveries are requests too: one for each event, besides those the load sent itself. */
export function noteDeliveries() {
  const all = Object.values(events).reduce((sum, times) => sum + times, 0);
  const ours = ['200', '400'].reduce((sum, status) => sum + (answers[`POST /api/v1/payments/webhook ${status}`] ?? 0), 0);
  add(answers, 'POST /api/v1/payments/webhook 200', all - ours);
}

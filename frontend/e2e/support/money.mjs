import assert from 'node:assert/strict';
import { as, asAdmin, BASE, newStudent } from './api.mjs';
import { eventually } from './page.mjs';

/** A student who owes `amount`. */
export async function charged(amount, description) {
  const student = await newStudent('Katherine Johnson');
  const admin = await asAdmin();
  await admin.post('/charges', { user_id: student.user.id, kind: 'tuition', amount, description });
  return student;
}

/** What a student owes, as the account says it. */
export const owed = async (student) => {
  const { balances } = await (await as(student)).get(`/users/${student.user.id}/account`);
  return balances.map(({ amount }) => amount).join();
};

/** Begins a payment and confirms it at the sandbox as the browser's card form does, with one of its test cards. */
export async function payByApi(student, intent, method = 'pm_card_visa') {
  const client = await as(student);
  const settings = await client.get('/payments/config');
  const { payment_id: id, client_secret: secret } = await client.post('/payments/create-intent', intent);
  const answer = await fetch(
    new URL(`${settings.api_url}/v1/payment_intents/${secret.split('_secret')[0]}/confirm`, BASE),
    {
      method: 'POST',
      body: new URLSearchParams({
        key: settings.publishable_key,
        client_secret: secret,
        payment_method: method,
      }),
    },
  );
  const wanted = method === 'pm_card_visa' ? 'succeeded' : 'failed';
  await eventually(async () => {
    const { status } = await client.get(`/payments/${id}`);
    assert.equal(status, wanted, `the provider answered ${answer.status}`);
  });
  return id;
}

/** An account with everything on it: a charge that is late, payments that were made, failed, begun and given back. */
export async function busyAccount() {
  const student = await charged('1250.50', 'Tuition for everything that a term has in it');
  const [admin, client] = [await asAdmin(), await as(student)];
  await admin.post('/charges', {
    user_id: student.user.id,
    kind: 'fees',
    amount: '35.00',
    due_on: '2024-10-01',
  });
  const paid = await payByApi(student, { amount: '80.00', payment_type: 'books' });
  await admin.post(`/payments/${paid}/refund`, { amount: '12.50', reason: 'One book was out of print' });
  const failed = await payByApi(
    student,
    { amount: '19.99', payment_type: 'other' },
    'pm_card_chargeDeclinedInsufficientFunds',
  );
  const { payment_id: begun } = await client.post('/payments/create-intent', {
    amount: '45.00',
    payment_type: 'fees',
  });
  return { student, paid, failed, begun };
}

import assert from 'node:assert/strict';
import { as, newStudent } from './support/api.mjs';
import { charged, owed } from './support/money.mjs';
import { eventually, hasText, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

async function toTheCard(page) {
  await page.goto('/payments');
  await page.getByRole('button', { name: /^Pay Tuition for the test/ }).click();
  await page.waitForURL(/\/payments\/[0-9a-f-]{36}\/pay$/);
  await sees(page.getByLabel('Card number'));
}

async function payWith(page, number) {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiry').fill('12/34');
  await page.getByLabel('Security code').fill('123');
  await page.getByRole('button', { name: /^Pay / }).click();
}

test('payments: a card that is accepted pays a charge, and there is a receipt', async ({ visit }) => {
  const student = await charged('1250.50', 'Tuition for the test');
  const page = await visit(student);
  await toTheCard(page);
  await hasText(page.locator('main'), /1,250\.50/);
  await payWith(page, '4242424242424242');
  await sees(page.getByText('The payment has arrived'));
  assert.match(await owed(student), /^(0\.00)?$/);

  await page.getByRole('link', { name: 'Receipt' }).click();
  await sees(page.getByRole('heading', { name: /^Receipt / }));
  await hasText(page.getByRole('article'), /Katherine Johnson[\s\S]*1,250\.50/);
  await page.goto('/payments');
  await sees(page.getByText('You owe nothing'));
  await sees(page.getByText('Nothing owed'));
});

test('payments: a declined card is explained, and another one pays the same payment', async ({ visit }) => {
  const student = await charged('80.00', 'Tuition for the test');
  const page = await visit(student);
  await toTheCard(page);
  const address = page.url();
  await payWith(page, '4000000000009995');
  await sees(page.getByText('Your card has insufficient funds.'));
  assert.equal(await owed(student), '80.00');

  await page.reload();
  assert.equal(page.url(), address);
  await sees(page.getByText('The last attempt failed.'));
  await payWith(page, '4242424242424242');
  await sees(page.getByText('The payment has arrived'));
  const { total } = await (await as(student)).get('/payments');
  assert.equal(total, 1, 'the second attempt is the same payment');
});

test('payments: a bank that asks is answered with yes and with no', async ({ visit }) => {
  const student = await charged('60.00', 'Tuition for the test');
  const page = await visit(student);
  await toTheCard(page);
  await payWith(page, '4000002500003155');
  await page.getByRole('button', { name: 'No, refuse' }).click();
  await sees(page.getByText(/unable to authenticate/));
  assert.equal(await owed(student), '60.00');
  await payWith(page, '4000002500003155');
  await page.getByRole('button', { name: 'Yes, it is me' }).click();
  await sees(page.getByText('The payment has arrived'));
  assert.match(await owed(student), /^(0\.00)?$/);
});

test('payments: who closes the tab after paying has paid all the same', async ({ visit }) => {
  const student = await charged('45.00', 'Tuition for the test');
  const page = await visit(student);
  await toTheCard(page);
  const confirmed = page.waitForResponse((answer) => answer.url().includes('/confirm'));
  await payWith(page, '4242424242424242');
  await confirmed;
  await page.close();
  await eventually(async () => assert.match(await owed(student), /^(0\.00)?$/));
});

test('payments: who comes back from their bank’s page is not asked to pay again', async ({ visit }) => {
  const student = await charged('30.00', 'Tuition for the test');
  const page = await visit(student);
  await toTheCard(page);
  const address = page.url();
  await page.goto(`${address}?payment_intent_client_secret=pi_1_secret_2&redirect_status=failed`);
  await sees(page.getByLabel('Card number'));
  assert.equal(page.url(), address, 'no secret stays in the address');
  await page.goto(`${address}?payment_intent_client_secret=pi_1_secret_2&redirect_status=succeeded`);
  await sees(page.getByText(/Your bank has taken the payment/));
  assert.equal(page.url(), address);
  await page.reload();
  await sees(page.getByText(/Your bank has taken the payment/));
  await seesNot(page.getByLabel('Card number'));
});

test('payments: two clicks and two tabs make one payment', async ({ visit }) => {
  const student = await charged('30.00', 'Tuition for the test');
  const [one, two] = [await visit(student), await visit(student)];
  await Promise.all([toTheCard(one), toTheCard(two)]);
  assert.equal(new URL(one.url()).pathname, new URL(two.url()).pathname);
  const { total } = await (await as(student)).get('/payments');
  assert.equal(total, 1);
});

test('payments: something nobody charged can be paid, and odd amounts are refused', async ({ visit }) => {
  const student = await newStudent('Pays In Advance');
  const page = await visit(student);
  await page.goto('/payments');
  await page.getByRole('button', { name: 'Pay something else' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pay something else' });
  for (const odd of ['0', '-5', '1e5', '1.234', 'NaN']) {
    await dialog.getByLabel('Amount').fill(odd);
    await dialog.getByRole('button', { name: 'Continue to the card' }).click();
    await sees(dialog.getByText('Enter an amount such as 120.00.'));
  }
  await dialog.getByLabel('Amount').fill('19.99');
  await dialog.getByLabel('What it is for (optional)').fill('Lab coat');
  await dialog.getByRole('button', { name: 'Continue to the card' }).click();
  await page.waitForURL(/\/pay$/);
  await hasText(page.locator('main'), /Lab coat[\s\S]*19\.99/);
  await payWith(page, '4242424242424242');
  await sees(page.getByText('The payment has arrived'));
  assert.equal(await owed(student), '-19.99');
});

test('payments: Stripe’s own form is shown where Stripe is configured', async ({ visit }) => {
  const student = await charged('70.00', 'Tuition for the test');
  const page = await visit(student);
  // A stand-in for https://js.stripe.com, which the page's policy has to let in.
  await page.route('https://js.stripe.com/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: FAKE_STRIPE }),
  );
  await page.route('**/api/v1/payments/config', async (route) => {
    const answer = await route.fetch();
    const settings = { ...(await answer.json()), provider: 'stripe', publishable_key: 'pk_test_story' };
    await route.fulfill({ response: answer, json: settings });
  });
  await page.goto('/payments');
  await page.getByRole('button', { name: /^Pay Tuition for the test/ }).click();
  await page.waitForURL(/\/pay$/);
  await sees(page.getByText(/The Payment Element of pk_test_story for pi_/));
  await page.getByRole('button', { name: /^Pay / }).click();
  await sees(page.getByText('Declined by the story'));
});

const FAKE_STRIPE = `
  window.Stripe = Object.assign((key) => ({
    _registerWrapper() {},
    registerAppInfo() {},
    elements: ({ clientSecret }) => ({
      create: () => {
        let ready;
        return {
          on: (event, run) => { ready = run; },
          mount: (place) => {
            place.textContent = 'The Payment Element of ' + key + ' for ' + clientSecret;
            setTimeout(ready, 0);
          },
          destroy() {},
        };
      },
    }),
    confirmPayment: async () => ({ error: { message: 'Declined by the story' } }),
  }), { version: 'story' });
`;

import assert from 'node:assert/strict';
import { as, demo, newCourse, newStudent, testTerm } from './support/api.mjs';
import { charged, owed, payByApi } from './support/money.mjs';
import { eventually, hasText, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

test('bursar: charges, waives, refunds a part, and the books agree', async ({ visit }) => {
  const student = await charged('200.00', 'Tuition for the test');
  await payByApi(student, { amount: '50.00', payment_type: 'books' });
  const page = await visit(demo.admin);
  await eventually(async () => assert.equal(await owed(student), '150.00'));

  await page.goto(`/admin/payments/charges?q=${student.user.student_id}`);
  await page.getByRole('button', { name: /^Waive Tuition for the test/ }).click();
  const waive = page.getByRole('dialog', { name: /^Waive for/ });
  await waive.getByLabel(/^Amount/).fill('120');
  await waive.getByLabel('Reason').fill('Scholarship');
  await waive.getByRole('button', { name: 'Waive' }).click();
  await sees(page.getByText(/waived for Katherine Johnson/));
  await hasText(page.getByRole('row').filter({ hasText: 'Katherine' }), /80\.00/);

  await page.goto(`/admin/payments?q=${student.user.student_id}`);
  await page.getByRole('link', { name: /Katherine Johnson/ }).click();
  await page.getByRole('button', { name: 'Refund' }).click();
  const refund = page.getByRole('dialog', { name: /^Refund/ });
  await refund.getByLabel(/^Amount/).fill('60');
  await refund.getByLabel('Reason').fill('Wrong book');
  await refund.getByRole('button', { name: 'Refund' }).click();
  await sees(refund.locator('.text-bad').first());
  await refund.getByLabel(/^Amount/).fill('20.00');
  await refund.getByRole('button', { name: 'Refund' }).click();
  await seesNot(refund);
  await eventually(async () => {
    await page.reload();
    await sees(page.getByText('Given back'));
  });
  await sees(page.getByText('Paid, partly refunded'));
  assert.equal(await owed(student), '50.00');

  await page.goto('/admin/payments/reconciliation');
  await page.getByRole('button', { name: 'Compare now' }).first().click();
  await sees(page.getByText('The books agree').first());
});

test('bursar: an answer that got lost refunds once, however often it is asked for', async ({ visit }) => {
  const student = await charged('10.00', 'Tuition for the test');
  const id = await payByApi(student, { amount: '50.00', payment_type: 'books' });
  const page = await visit(demo.admin, { busy: true });
  let asked = 0;
  await page.route(`**/api/v1/payments/${id}/refund`, async (route) => {
    const response = await route.fetch();
    asked += 1;
    if (asked > 1) return route.fulfill({ response });
    return route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      json: { status: 503, code: 'overloaded', detail: 'The server is busy; try again in a moment' },
    });
  });
  await page.goto(`/payments/${id}`);
  await page.getByRole('button', { name: 'Refund' }).click();
  const refund = page.getByRole('dialog', { name: /^Refund/ });
  await refund.getByLabel(/^Amount/).fill('20.00');
  await refund.getByLabel('Reason').fill('Wrong book');
  await refund.getByRole('button', { name: 'Refund' }).click();
  await sees(refund.getByText(/The server is busy/));
  await refund.getByRole('button', { name: 'Refund' }).click();
  await seesNot(refund);
  assert.equal(asked, 2);
  const { refunds } = await (await as(demo.admin)).get(`/payments/${id}/history`);
  assert.deepEqual(
    refunds.map(({ amount }) => amount),
    ['20.00'],
  );
});

test('bursar: a refund that the provider does not take now is written down, and says so', async ({
  visit,
}) => {
  const student = await charged('10.00', 'Tuition for the test');
  const id = await payByApi(student, { amount: '50.00', payment_type: 'books' });
  const page = await visit(demo.admin, { busy: true });
  await page.route(`**/api/v1/payments/${id}/refund`, async (route) => {
    await route.fetch();
    const problem = { status: 503, code: 'payment_provider_unavailable', detail: 'It does not answer' };
    await route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem });
  });
  await page.goto(`/payments/${id}`);
  await page.getByRole('button', { name: 'Refund' }).click();
  const refund = page.getByRole('dialog', { name: /^Refund/ });
  await refund.getByLabel('Reason').fill('Wrong book');
  await refund.getByRole('button', { name: 'Refund' }).click();
  await sees(page.getByText('The refund of US$50.00 is written down'));
  await seesNot(refund);
});

test('bursar: a whole term is charged once', async ({ visit }) => {
  // Whoever is new in the tests' own term has not been charged, however often this story was told.
  const { key } = await testTerm();
  const course = await newCourse({ schedule: {} });
  await (await as(await newStudent('Newly Registered'))).post(`/courses/${course.id}/enroll`);
  const page = await visit(demo.admin);
  const charge = async () => {
    await page.goto('/admin/payments/charges');
    await page.getByRole('button', { name: 'Charge a term' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Charge a term' });
    await dialog.getByLabel('Term').selectOption(key);
    await dialog.getByLabel('For').selectOption('other');
    await dialog.getByLabel(/^Amount/).fill('15.00');
    await dialog.getByLabel('Counted').selectOption('flat');
    await dialog.getByRole('button', { name: 'Charge everybody' }).click();
  };
  await charge();
  await sees(page.getByText(/students? charged .* in all/));
  await charge();
  await sees(page.getByText('Nobody was left to charge'));
});

test('bursar: reconciliation shows what waits in words, and takes it away with a reason', async ({
  visit,
}) => {
  const page = await visit(demo.admin);
  const event = {
    id: 'evt_of_a_dispute',
    type: 'charge.dispute.closed',
    state: 'flagged',
    reason: 'dispute_lost',
    explanation: 'The bank took the money back. Decide what the student owes now.',
    occurred_at: '2026-03-01T10:00:00Z',
    received_at: '2026-03-01T10:00:01Z',
    payment_id: null,
    student: null,
    resolved_at: null,
    resolved_by: null,
    resolution: null,
  };
  // Only the bank can object to a payment; the rest is the page's own.
  const asked = [];
  await page.route(/\/api\/v1\/payments\/events\?/, (route) => {
    const items = asked.includes('Charged anew') ? [] : [event];
    return route.fulfill({ json: { items, page: 1, page_size: 20, total: items.length } });
  });
  await page.route('**/api/v1/payments/events/evt_of_a_dispute/resolve', (route) => {
    asked.push(route.request().postDataJSON().reason);
    return route.fulfill({ json: { ...event, state: 'resolved' } });
  });
  await page.goto('/admin/payments/reconciliation');
  const waiting = page.getByRole('region', { name: '1 event to look at' });
  await hasText(waiting, /Dispute closed.*took the money back/s);
  await waiting.getByRole('button', { name: 'Resolve: Dispute closed' }).click();
  const dialog = page.getByRole('dialog', { name: 'Dispute closed' });
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await sees(dialog.getByText('Say what was done about it.'));
  await dialog.getByLabel('What was done').fill('Charged anew');
  await dialog.getByRole('button', { name: 'Resolve' }).click();
  await seesNot(dialog);
  await seesNot(waiting);
  assert.deepEqual(asked, ['Charged anew']);
});

import assert from 'node:assert/strict';
import { as, newCourse, newStudent, testTerm } from './support/api.mjs';
import { eventually, hasText, row, search, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

/** Codes of what a student has a seat in. */
async function seatsOf(client) {
  const { items } = await client.get(`/users/${client.user.id}/enrollments?page_size=100`);
  return items
    .filter(({ status }) => status === 'enrolled')
    .map(({ course }) => course.code)
    .sort();
}

async function addToCart(page, code) {
  await search(page, code);
  await page.getByRole('button', { name: `Add ${code} to the cart` }).click();
  await sees(page.getByRole('button', { name: `Take ${code} out of the cart` }));
}

test('cart: three courses, one of them full: nothing is taken, each refusal is shown, the cart is kept', async ({
  visit,
}) => {
  const { key } = await testTerm();
  const first = await newCourse({ schedule: { monday: ['09:00-10:00'] } });
  const second = await newCourse({ schedule: { tuesday: ['09:00-10:00'] } });
  const full = await newCourse({ capacity: 1, schedule: { friday: ['09:00-10:00'] } });
  const student = await newStudent();
  const client = await as(student);
  const page = await visit(student);
  await page.goto(`/courses?term=${key}`);
  for (const { code } of [first, second, full]) await addToCart(page, code);

  await page.reload();
  const cart = page.getByRole('region', { name: 'Cart' });
  await eventually(async () =>
    assert.equal(await cart.getByRole('listitem').count(), 3, 'a reload keeps it'),
  );
  await (await as(await newStudent('Somebody Faster'))).post(`/courses/${full.id}/enroll`);
  await cart.getByRole('button', { name: 'Enrol in all 3' }).click();
  await sees(cart.getByText('Nothing was enrolled in.'));
  await hasText(cart.getByRole('listitem').filter({ hasText: full.code }), /full/i);
  assert.equal(await cart.getByRole('listitem').count(), 3, 'the cart is kept');
  assert.deepEqual(await seatsOf(client), []);

  await cart.getByRole('button', { name: 'Join the waitlist instead' }).click();
  await sees(page.getByText(`Number 1 on the waitlist of ${full.code}`));
  await cart.getByRole('button', { name: 'Enrol in all 2' }).click();
  await sees(page.getByText(new RegExp(`Enrolled in ${first.code}, ${second.code}`)));
  await seesNot(cart);
  assert.deepEqual(await seatsOf(client), [first.code, second.code].sort());
  await page
    .getByRole('alertdialog')
    .filter({ hasText: `Enrolled in ${first.code}` })
    .getByRole('button', { name: 'Undo' })
    .click();
  await sees(page.getByText(`Dropped ${first.code}, ${second.code}`));
  assert.deepEqual(await seatsOf(client), []);
});

test('cart: clashes within it and with the week are told before anything is sent', async ({ visit }) => {
  const { key } = await testTerm();
  const held = await newCourse({ schedule: { monday: ['09:00-11:00'] } });
  const against = await newCourse({ schedule: { monday: ['10:00-12:00'] } });
  const other = await newCourse({ schedule: { monday: ['11:30-13:00'] } });
  const student = await newStudent();
  await (await as(student)).post(`/courses/${held.id}/enroll`);
  const page = await visit(student);
  await page.goto(`/courses?term=${key}`);
  for (const { code } of [against, other]) await addToCart(page, code);
  const cart = page.getByRole('region', { name: 'Cart' });
  const line = cart.getByRole('listitem').filter({ hasText: against.code }).first();
  await hasText(line, new RegExp(`Clashes with ${held.code} on Monday 10:00–11:00`));
  await hasText(line, new RegExp(`Clashes with ${other.code} on Monday 11:30–12:00`));
  await cart.getByRole('button', { name: 'Enrol in all 2' }).click();
  await hasText(line, new RegExp(`Clashes with ${held.code}`));
  await sees(cart.getByText('Nothing was enrolled in.'));
});

test('cart: on a phone it is a bar with a sheet that shows the week', async ({ visit }) => {
  const course = await newCourse({ schedule: { monday: ['09:00-10:00'] } });
  const student = await newStudent();
  const page = await visit(student, { width: 390, height: 844, touch: true });
  await page.goto(`/courses/${course.id}`);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  const bar = page.getByRole('region', { name: 'Cart' });
  await hasText(bar, /1 course · 3 credits/);
  await bar.getByRole('button', { name: 'Open the cart' }).click();
  const sheet = page.getByRole('dialog', { name: /^Cart for/ });
  await sees(sheet.getByText('Your week with it'));
  await sheet.getByRole('button', { name: 'Enrol', exact: true }).click();
  await sees(page.getByText(`Enrolled in ${course.code}`));
  await seesNot(sheet);
  await sees(page.getByText('You are enrolled'));
  await seesNot(bar);
});

test('swap: one click, one undo, for what clashes and for another section', async ({ visit }) => {
  const { key } = await testTerm();
  const held = await newCourse({ schedule: { monday: ['09:00-11:00'] } });
  const rival = await newCourse({ schedule: { monday: ['10:00-12:00'] } });
  const section = await newCourse({ code: held.code, section: '002', schedule: { friday: ['09:00-11:00'] } });
  const student = await newStudent();
  const client = await as(student);
  await client.post(`/courses/${held.id}/enroll`);
  const page = await visit(student);
  await page.goto(`/courses?term=${key}&q=${rival.code}`);
  await row(page, rival.code).hover();
  await sees(page.getByText(`${rival.code} can take the place of ${held.code}.`));
  await page.getByRole('button', { name: `Swap with ${held.code}` }).click();
  await sees(page.getByText(`Swapped ${held.code} for ${rival.code}`));
  await sees(page.getByRole('button', { name: `Drop ${rival.code}` }));
  assert.deepEqual(await seatsOf(client), [rival.code]);
  await page.getByRole('alertdialog').getByRole('button', { name: 'Undo' }).click();
  await sees(page.getByText(`Swapped ${rival.code} for ${held.code}`));
  assert.deepEqual(await seatsOf(client), [held.code]);

  await page.goto(`/courses/${section.id}`);
  await sees(page.getByText(`You have a seat in ${held.code}, another section.`));
  await sees(page.getByRole('button', { name: `Enrol in ${held.code} · 002` }));
  await page.getByRole('button', { name: `Swap with ${held.code}` }).click();
  await sees(page.getByText('You are enrolled'));
  await sees(page.getByText(`Swapped ${held.code} for ${held.code} · 002`));
});

test('swap: a refusal leaves the old seat, and two things in the way are no swap', async ({ visit }) => {
  const { key } = await testTerm();
  const held = await newCourse({ schedule: { monday: ['09:00-11:00'] } });
  const second = await newCourse({ schedule: { monday: ['11:00-12:00'] } });
  const rival = await newCourse({ capacity: 1, schedule: { monday: ['10:00-11:00'] } });
  const both = await newCourse({ schedule: { monday: ['10:00-12:00'] } });
  const student = await newStudent();
  const client = await as(student);
  for (const { id } of [held, second]) await client.post(`/courses/${id}/enroll`);
  const page = await visit(student);
  await page.goto(`/courses?term=${key}&q=${rival.code}`);
  const swap = page.getByRole('button', { name: `Swap with ${held.code}` });
  await sees(swap);
  await (await as(await newStudent('Somebody Faster'))).post(`/courses/${rival.id}/enroll`);
  await swap.click();
  await sees(page.getByText(`${held.code} was not swapped for ${rival.code}`));
  assert.deepEqual(await seatsOf(client), [held.code, second.code].sort());

  await search(page, both.code);
  const refused = page.getByRole('button', { name: `Enrol in ${both.code}` });
  assert.equal(await refused.getAttribute('aria-disabled'), 'true');
  await refused.press('Enter');
  await sees(
    page
      .getByText(new RegExp(`Clashes with (${held.code}|${second.code}) on Monday`))
      .locator('visible=true'),
  );
});

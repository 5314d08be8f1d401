import assert from 'node:assert/strict';
import { asAdmin, demo, newStudent, unique } from './support/api.mjs';
import { eventually, hasText, row, search, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

test('people: finds, creates, changes and deactivates', async ({ visit }) => {
  const page = await visit(demo.admin);
  const email = `${unique('hilbert')}@example.edu`;
  await page.goto('/admin/people');
  await page.getByRole('button', { name: 'New person' }).click();
  const dialog = page.getByRole('dialog', { name: 'New person' });
  await dialog.getByLabel('Full name').fill('David Hilbert');
  await dialog.getByLabel('Email').fill(demo.admin.email);
  await dialog.getByLabel('Role').selectOption('Teacher');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await eventually(async () =>
    assert.equal(await dialog.getByLabel('Email').getAttribute('aria-invalid'), 'true'),
  );
  await dialog.getByLabel('Email').fill(email);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await seesNot(dialog);

  await search(page, email);
  await hasText(row(page, 'David Hilbert'), /Teacher/);
  await page.getByRole('button', { name: /David Hilbert/ }).click();
  const person = page.getByRole('dialog', { name: 'David Hilbert' });
  await person.getByLabel('Full name').fill('David H. Hilbert');
  await person.getByRole('button', { name: 'Save' }).click();
  await sees(page.getByRole('button', { name: /David H. Hilbert/ }));

  await page.getByRole('button', { name: /David H. Hilbert/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click();
  await sees(page.getByText('Nobody matches'));
  await page.getByLabel('State').selectOption('Deactivated');
  await hasText(row(page, 'David H. Hilbert'), /deactivated/);
});

test('people: another administrator was faster, and both values are told', async ({ visit }) => {
  const { user } = await newStudent('Ambiguous Name');
  const page = await visit(demo.admin);
  await page.goto(`/admin/people?person=${user.id}`);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Full name').fill('My Version');
  await (await asAdmin()).put(`/users/${user.id}`, { full_name: 'Their Version' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await hasText(dialog, /“Their Version”, you entered “My Version”/);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await seesNot(dialog);
});

test('people: are closed to students', async ({ visit }) => {
  const page = await visit(await newStudent());
  await page.goto('/admin/people');
  await sees(page.getByText('This page is for administrators'));
});

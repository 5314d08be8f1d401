import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { as, asAdmin, demo } from './support/api.mjs';
import { eventually, hasText, ready, sees, seesNot } from './support/page.mjs';
import { test } from './support/test.mjs';

/** A code as it is printed, and the transcript it belongs to. */
async function issued() {
  const client = await as(demo.student);
  return client.get(`/users/${client.user.id}/transcript`);
}

test('transcript: a student prints it as one PDF without the navigation', async ({ visit }) => {
  const page = await visit(demo.student);
  await page.goto('/transcript');
  const paper = page.getByRole('article', { name: /^Transcript of/ });
  const { transcript } = await issued();
  await hasText(paper, new RegExp(transcript.student.full_name));
  for (const course of transcript.terms.flatMap(({ courses }) => courses)) {
    assert.match(await paper.innerText(), new RegExp(course.code));
  }
  await page.emulateMedia({ media: 'print' });
  await seesNot(page.getByRole('navigation', { name: 'Main' }));
  await seesNot(page.getByRole('button', { name: 'Print' }));
  for (const format of ['A4', 'Letter']) {
    const pdf = await page.pdf({ format, preferCSSPageSize: false });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    assert.ok(
      pages >= 1 && pages <= 1 + Math.ceil(transcript.terms.length / 2),
      `${pages} pages of ${format}`,
    );
  }
});

test('transcript: an administrator reaches it from the person; that leaves an entry in the trail', async ({
  visit,
}) => {
  const { user } = await as(demo.student);
  const page = await visit(demo.admin);
  await page.goto(`/admin/people?person=${user.id}`);
  await page.getByRole('dialog').getByRole('link', { name: 'Transcript' }).click();
  await sees(page.getByRole('article', { name: `Transcript of ${user.full_name}` }));
  const { items } = await (await asAdmin()).get('/audit?action=transcript_read&page_size=1');
  assert.equal(items[0].subject.id, user.id);
});

test('verify: a true code is valid without the server, one changed letter is not', async ({ visit }) => {
  const { code, transcript } = await issued();
  const page = await visit(null);
  await page.goto('/verify');
  await ready(page);
  // The keys are there; nothing more is needed from anywhere.
  await page.waitForLoadState('networkidle');
  await page.context().setOffline(true);
  await page.getByLabel('Code').fill(code);
  const result = page.getByRole('region', { name: 'Result' });
  await hasText(result, /Valid: signed by/);
  await hasText(result, new RegExp(transcript.student.full_name));
  await hasText(result, /Checked in this browser/);

  for (const at of [8, Math.floor(code.length / 2), code.length - 1]) {
    const other = code[at] === 'A' ? 'B' : 'A';
    await page.getByLabel('Code').fill(code.slice(0, at) + other + code.slice(at + 1));
    await hasText(result, /This code is not valid/);
  }
  await page.getByLabel('Code').fill(`${code.slice(0, 50)}\n  ${code.slice(50)}`);
  await hasText(result, /Valid: signed by/);
});

test('verify: the code in the address, and a saved file that is or is not what was signed', async ({
  visit,
}) => {
  const student = await visit(demo.student);
  await student.goto('/transcript');
  await sees(student.getByRole('article'));
  const [download] = await Promise.all([
    student.waitForEvent('download'),
    student.getByRole('button', { name: 'Save as JSON' }).click(),
  ]);
  const saved = await readFile(await download.path(), 'utf8');
  const signed = JSON.parse(saved);

  const page = await visit(null);
  await page.goto(`/verify#${signed.code}`);
  const result = page.getByRole('region', { name: 'Result' });
  await hasText(result, /Valid: signed by/);
  const file = (name, text) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
  const input = page.locator('input[type=file]');
  await input.setInputFiles(file('mine.json', saved));
  await hasText(result, /mine\.json is the transcript that was signed/);
  await page.getByRole('button', { name: 'Take the file away' }).click();
  const forged = { ...signed, transcript: { ...signed.transcript, gpa: '4.00' } };
  await input.setInputFiles(file('forged.json', JSON.stringify(forged)));
  await hasText(result, /forged\.json is not the transcript that was signed/);
  await page.getByRole('button', { name: 'Take the file away' }).click();
  await input.setInputFiles(file('other.json', '{"a":1}'));
  await sees(page.getByText('other.json is not a transcript saved from UEMS.'));

  await page.goto('/verify');
  await input.setInputFiles(file('mine.json', saved));
  await hasText(result, /Valid: signed by[\s\S]*mine\.json is the transcript/);
});

test('verify: where the browser cannot, the server checks', async ({ visit }) => {
  const { code } = await issued();
  const page = await visit(null);
  await page.addInitScript(() => {
    crypto.subtle.importKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'));
  });
  await page.goto(`/verify#${code}`);
  const result = page.getByRole('region', { name: 'Result' });
  await hasText(result, /Valid: signed by[\s\S]*Checked by the server/);
  await page.getByLabel('Code').fill(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`);
  await eventually(async () => assert.match(await result.innerText(), /not valid/));
});

import assert from 'node:assert/strict';
import { BASE } from './api.mjs';
import { eventually, sees } from './page.mjs';

export const COLUMNS = [
  ['Homework 1', '10', '0.40'],
  ['Quiz 1', '20', '0.60'],
];

export async function openGradebook(page, path) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: BASE });
  await page.goto(`${path}/gradebook`);
  const grid = page.getByRole('grid');
  await sees(grid);
  await grid.focus();
  return grid;
}

/** The texts of the cells of a student, without what is said for screen readers only. */
async function cellsOf(page, name) {
  const cells = page.getByRole('row').filter({ hasText: name }).getByRole('gridcell');
  return cells.evaluateAll((all) => all.map((cell) => cell.firstElementChild?.textContent ?? ''));
}

export async function shows(page, name, expected) {
  await eventually(async () => assert.deepEqual((await cellsOf(page, name)).slice(0, -1), expected));
}

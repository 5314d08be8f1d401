import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { knownActions } from './actions';

const SERVER = join(import.meta.dirname, '../../../backend/src');

/** What the server writes down, as its code names it. */
function writtenDown(): { actions: Set<string>; elsewhere: string[] } {
  const actions = new Set<string>();
  const elsewhere: string[] = [];
  for (const file of readdirSync(SERVER, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.rs') || file.startsWith('audit/')) continue;
    const code = readFileSync(join(SERVER, file), 'utf8');
    for (const [, action] of code.matchAll(/Entry::by\(\s*&?\w+,\s*("?\w+"?)/g)) {
      if (action?.startsWith('"')) actions.add(action.slice(1, -1));
      else elsewhere.push(file);
    }
    for (const [, action] of code.matchAll(/seats::audit\([^")]*"(\w+)"/g)) actions.add(action ?? '');
  }
  return { actions, elsewhere };
}

test('every action that the server writes down has a sentence, and no sentence is left over', () => {
  const { actions, elsewhere } = writtenDown();
  // These two take the name from a variable: `seats::audit` is read above, the other's names stand elsewhere too.
  expect(elsewhere).toEqual(['enrollments/seats.rs', 'grades/sheet/import.rs']);
  expect([...actions].sort()).toEqual([...knownActions].sort());
});

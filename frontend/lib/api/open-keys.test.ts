import { describe, expect, it } from 'vitest';
import { once } from './open-keys';
import { Problem } from './problem';

const ask = async (what: unknown, answer: number) => {
  let used = '';
  const send = async (key: string) => {
    used = key;
    await Promise.resolve();
    if (answer !== 200) throw new Problem({ status: answer });
  };
  await once(what, send).catch(() => undefined);
  return used;
};

describe('a request that acts', () => {
  it('keeps its key until an answer says what became of it', async () => {
    const refund = { path: '/refund', body: { amount: '20.00' } };
    const first = await ask(refund, 503);
    expect(await ask(refund, 0)).toBe(first);
    expect(await ask({ ...refund, body: { amount: '20.01' } }, 503)).not.toBe(first);
    expect(await ask(refund, 200)).toBe(first);
    expect(await ask(refund, 200)).not.toBe(first);
  });

  it('is a new one after a refusal', async () => {
    const first = await ask('charge', 409);
    expect(await ask('charge', 409)).not.toBe(first);
  });

  it('shares its key with the second of two clicks', async () => {
    const [one, two] = await Promise.all([ask('pay', 200), ask('pay', 200)]);
    expect(one).toBe(two);
  });
});

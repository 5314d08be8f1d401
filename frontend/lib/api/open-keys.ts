import { randomKey } from '../random';
import { toProblem } from './problem';

const open = new Map<string, string>();

/**
 * Sends something once: with the same `Idempotency-Key` until an answer says what became of it. Whoever presses the
 * button again after a lost answer or a busy server asks for the same thing and not for a second one.
 */
export async function once<T>(what: unknown, send: (key: string) => Promise<T>): Promise<T> {
  const name = JSON.stringify(what);
  const key = open.get(name) ?? randomKey();
  open.set(name, key);
  try {
    const answer = await send(key);
    open.delete(name);
    return answer;
  } catch (error) {
    const { status } = toProblem(error);
    if (status >= 400 && status < 500) open.delete(name);
    throw error;
  }
}

import axios, { AxiosError, type AxiosAdapter, type InternalAxiosRequestConfig } from 'axios';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { session } from '../session';
import { http } from './http';
import type { User } from './types';

const user = { id: 'u1', full_name: 'Ada' } as User;
const calls: string[] = [];
let good = 'token-0';
let refreshes: (() => { status: number; data: unknown })[] = [];

function answer(config: InternalAxiosRequestConfig, status: number, data: unknown) {
  const response = { data, status, statusText: '', headers: {}, config };
  if (status < 400) return response;
  throw new AxiosError('refused', undefined, config, undefined, response);
}

/** A server that knows one good token and hands out the prepared answers to a refresh. */
const server: AxiosAdapter = async (config) => {
  calls.push(config.url ?? '');
  await Promise.resolve();
  if (config.url?.endsWith('/auth/refresh')) {
    const next = refreshes.shift();
    const { status, data } = next ? next() : { status: 401, data: { code: 'session_expired', status: 401 } };
    return answer(config, status, data);
  }
  const fine = config.headers.get('Authorization') === `Bearer ${good}`;
  return answer(config, fine ? 200 : 401, fine ? { ok: true } : { code: 'unauthenticated', status: 401 });
};

const rotated = (token: string) => () => {
  good = token;
  return { status: 200, data: { access_token: token, user } };
};
const count = (url: string) => calls.filter((call) => call.endsWith(url)).length;

beforeEach(() => {
  calls.length = 0;
  refreshes = [];
  good = 'token-0';
  http.defaults.adapter = server;
  axios.defaults.adapter = server;
  session.signIn('token-0', user);
});
afterEach(() => vi.restoreAllMocks());

describe('an expired access token', () => {
  it('is renewed once for all requests that met it, and each is repeated', async () => {
    good = 'token-1';
    refreshes = [rotated('token-1')];
    const answers = await Promise.all([http.get('/a'), http.get('/b'), http.get('/c')]);
    expect(answers.map(({ data }) => data)).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(count('/auth/refresh')).toBe(1);
    expect(session.token()).toBe('token-1');
  });

  it('ends the session when the refresh is refused, and says so to all', async () => {
    good = 'somewhere else';
    const outcomes = await Promise.allSettled([http.get('/a'), http.get('/b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(count('/auth/refresh')).toBe(1);
    expect(session.state()).toEqual({ status: 'signed-out', why: 'expired' });
  });

  it('tries once more when another tab has just rotated the cookie', async () => {
    good = 'token-2';
    refreshes = [
      () => ({ status: 401, data: { code: 'refresh_superseded', status: 401 } }),
      rotated('token-2'),
    ];
    await expect(http.get('/a')).resolves.toMatchObject({ data: { ok: true } });
    expect(count('/auth/refresh')).toBe(2);
  });

  it('repeats a request only once', async () => {
    good = 'never';
    refreshes = [() => ({ status: 200, data: { access_token: 'token-3', user } })];
    await expect(http.get('/a')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(count('/a')).toBe(2);
  });

  it('does not end the session because the server is away', async () => {
    good = 'token-1';
    refreshes = [() => ({ status: 503, data: { code: 'overloaded', status: 503 } })];
    await expect(http.get('/a')).rejects.toMatchObject({ code: 'overloaded' });
    expect(session.state().status).toBe('signed-in');
  });
});

describe('without a session', () => {
  it('a 401 is an answer, not a reason to refresh', async () => {
    session.end('never');
    await expect(http.get('/a')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(count('/auth/refresh')).toBe(0);
  });
});

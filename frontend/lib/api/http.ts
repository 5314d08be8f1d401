import axios, { type AxiosError, type InternalAxiosRequestConfig } from 'axios';
import { session } from '../session';
import { Problem, toProblem } from './problem';
import type { Session } from './types';

/**
 * The one door to the API. The access token lives in memory and dies with the tab; the refresh token is a cookie
 * no script can read.
 */
export const http = axios.create({ baseURL: '/api/v1', timeout: 20_000 });

type Retried = InternalAxiosRequestConfig & { retried?: boolean };

http.interceptors.request.use((config) => {
  const token = session.token();
  if (token) config.headers.set('Authorization', `Bearer ${token}`);
  return config;
});

http.interceptors.response.use(undefined, async (error: AxiosError) => {
  const config = error.config as Retried | undefined;
  const problem = toProblem(error);
  const expired =
    problem.status === 401 && session.token() !== null && problem.code !== 'invalid_credentials';
  if (!config || !expired || config.retried) throw problem;

  // Another request may have fetched a new token while this one was on its way.
  const sent = config.headers.get('Authorization');
  if (sent === `Bearer ${session.token()}`) await refresh();
  return http.request({ ...config, retried: true } as Retried);
});

let inFlight: Promise<void> | null = null;

/** Every 401 of a moment waits for one refresh: a second one would spend the rotated token and end the session. */
export function refresh(): Promise<void> {
  inFlight ??= rotate().finally(() => {
    inFlight = null;
  });
  return inFlight;
}

async function rotate(attempt = 1): Promise<void> {
  try {
    const { data } = await axios.post<Session>('/api/v1/auth/refresh', undefined, { timeout: 20_000 });
    session.signIn(data.access_token, data.user);
  } catch (error) {
    const problem = toProblem(error);
    // Another tab rotated the cookie a moment ago; the browser holds the new one by now.
    if (problem.code === 'refresh_superseded' && attempt === 1) return rotate(2);
    if (problem.status === 401) session.end('expired');
    throw problem instanceof Problem ? problem : error;
  }
}

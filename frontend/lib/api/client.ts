import { randomKey } from '../random';
import { http } from './http';

type Query = Record<string, string | number | boolean | undefined | null>;

interface Options {
  path?: Record<string, string | number>;
  query?: Query;
  body?: unknown;
  ifMatch?: number;
  signal?: AbortSignal;
}

function fill(template: string, path: Options['path'] = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
}

/** Filters that are off are not sent. */
function clean(query: Query = {}): Query {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value != null && value !== '' && value !== false),
  );
}

async function send<T>(method: string, template: string, options: Options = {}): Promise<T> {
  const { data } = await http.request<T>({
    method,
    url: fill(template, options.path),
    params: clean(options.query),
    data: options.body,
    signal: options.signal,
    headers: {
      // A retry by the browser or a proxy must not act twice.
      ...(method === 'post' ? { 'Idempotency-Key': randomKey() } : {}),
      ...(options.ifMatch === undefined ? {} : { 'If-Match': `"${options.ifMatch}"` }),
    },
  });
  return data;
}

export const api = {
  get: <T>(url: string, options?: Options) => send<T>('get', url, options),
  post: <T>(url: string, options?: Options) => send<T>('post', url, options),
  put: <T>(url: string, options?: Options) => send<T>('put', url, options),
  delete: <T>(url: string, options?: Options) => send<T>('delete', url, options),
};

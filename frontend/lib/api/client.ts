import { http } from './http';
import { once } from './open-keys';
import type { paths } from './schema.gen';

type Method = 'get' | 'post' | 'put' | 'delete';

/** The addresses that know a method. */
type Address<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

type Part<T, K extends string> = T extends { [Key in K]?: infer V } ? V : never;
type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;
type Success<Responses> = Responses[keyof Responses & (200 | 201 | 202 | 204)];

type PathOf<Op> = Part<Part<Op, 'parameters'>, 'path'>;
type QueryOf<Op> = Part<Part<Op, 'parameters'>, 'query'>;
type BodyOf<Op> = Json<NonNullable<Part<Op, 'requestBody'>>>;
type CsvOf<T> = T extends { content: { 'text/csv': string } } ? Blob : never;

/** What the schema demands must be given, what it offers may be. */
type Options<Op> = ([PathOf<Op>] extends [never | undefined] ? unknown : { path: PathOf<Op> }) &
  ([QueryOf<Op>] extends [never | undefined] ? unknown : { query?: QueryOf<Op> }) &
  ([BodyOf<Op>] extends [undefined] ? unknown : { body?: BodyOf<Op> }) &
  ([CsvOf<Part<Op, 'requestBody'>>] extends [never] ? unknown : { csv: Blob }) & {
    /** The version as read; 412 if somebody was faster. */
    ifMatch?: number;
    signal?: AbortSignal;
  };

interface Sent {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  csv?: Blob;
  ifMatch?: number;
  signal?: AbortSignal;
}

function fill(template: string, path: Sent['path'] = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])));
}

/** Axios leaves out what is undefined; an empty filter is no filter either. */
function withoutEmpty(query: Sent['query'] = {}) {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}

function call<M extends Method>(method: M) {
  return async <P extends Address<M>>(
    template: P,
    options?: Options<paths[P][M]>,
  ): Promise<Json<Success<Part<paths[P][M], 'responses'>>>> => {
    const { path, query, body, csv, ifMatch, signal } = (options ?? {}) as Sent;
    const url = fill(template, path);
    const params = withoutEmpty(query);
    const send = async (key?: string) => {
      const { data } = await http.request({
        method,
        url,
        params,
        data: csv ?? body,
        signal,
        headers: {
          ...(csv ? { 'Content-Type': 'text/csv' } : {}),
          ...(key ? { 'Idempotency-Key': key } : {}),
          ...(ifMatch === undefined ? {} : { 'If-Match': `"${ifMatch}"` }),
        },
      });
      return data;
    };
    // A file is imported over what was seen of it, and needs no key.
    return method === 'post' && !csv ? once([url, params, body], send) : send();
  };
}

/** The addresses that answer with a table for spreadsheets. */
type Table = {
  [P in Address<'get'>]: Success<Part<paths[P]['get'], 'responses'>> extends {
    content: { 'text/csv': string };
  }
    ? P
    : never;
}[Address<'get'>];

/** A file as the server names it. The mark at its beginning tells spreadsheets that it is UTF-8. */
export async function csvFile<P extends Table>(
  template: P,
  options: Options<paths[P]['get']>,
): Promise<{ name: string; content: Blob }> {
  const { path, query, signal } = options as Sent;
  const url = fill(template, path);
  const { data, headers } = await http.get<string>(url, { params: withoutEmpty(query), signal });
  const [, name = 'table.csv'] =
    /filename="([^"]+)"/.exec(String(headers['content-disposition'] ?? '')) ?? [];
  return { name, content: new Blob(['\uFEFF', data], { type: 'text/csv;charset=utf-8' }) };
}

/** Every request by its address in the API document: parameters, body and answer are checked against it. */
export const api = { get: call('get'), post: call('post'), put: call('put'), delete: call('delete') };

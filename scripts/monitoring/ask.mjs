// Requests to the replicas in turn, with a count of every answer: what Prometheus has to say afterwards.

import assert from 'node:assert/strict';

export const replicas = process.env.UEMS_REPLICAS.split(' ');
export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Tries until it succeeds; the last failure counts. */
export async function eventually(seconds, attempt) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(250);
    }
  }
}

export const add = (counts, key, times = 1) => (counts[key] = (counts[key] ?? 0) + times);

/** Answers by `METHOD route status`. */
export const answers = {};
/** Failures by the labels of `uems_application_errors_total`. */
export const failures = {};

/** `error_type` of the codes that the load provokes. */
const KINDS = {
  unauthenticated: 'authentication',
  invalid_credentials: 'authentication',
  account_inactive: 'authentication',
  bad_signature: 'authentication',
  forbidden: 'authorization',
  not_found: 'not_found',
  validation_failed: 'validation',
  malformed: 'validation',
  method_not_allowed: 'validation',
  rate_limited: 'rate_limit',
  course_full: 'enrollment_capacity',
  schedule_conflict: 'enrollment_conflict',
  refund_exceeds_payment: 'refusal',
  payment_provider_unavailable: 'external_api',
  internal: 'internal',
};
const SEVERITIES = { external_api: 'error', internal: 'critical' };

export function noteFailure({ code }) {
  const kind = KINDS[code];
  assert.ok(kind, `a code nobody expects: ${code}`);
  add(failures, `${kind} ${SEVERITIES[kind] ?? 'warning'}`);
}

let turn = 0;
export const nextReplica = () => replicas[turn++ % replicas.length];

/** Asks a replica, expects a status, and notes it under the route's template. */
export async function ask(expected, method, template, options = {}) {
  const { ids = {}, token, body, query = '', headers = {}, replica = nextReplica() } = options;
  const path = template.replace(/\{(\w+)\}/g, (_, name) => ids[name]);
  const answer = await fetch(replica + path + query, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  assert.equal(answer.status, expected, `${method} ${path}: ${text}`);
  add(answers, `${method} ${template} ${expected}`);
  const json = answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined;
  if (expected >= 400) noteFailure(json);
  return json;
}

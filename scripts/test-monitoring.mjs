// The load of scripts/test-monitoring, and what Prometheus has to say about it afterwards.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const replicas = process.env.UEMS_REPLICAS.split(' ');
const prometheus = process.env.PROMETHEUS;
const dashboard = JSON.parse(
  readFileSync(new URL('../deploy/monitoring/grafana/dashboards/uems.json', import.meta.url)),
);
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Tries until it succeeds; the last failure counts. */
async function eventually(seconds, attempt) {
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

// ── the load, and a count of every answer ──

const done = {};
const count = (counts, ...labels) => (counts[labels.join(' ')] = (counts[labels.join(' ')] ?? 0) + 1);
let turn = 0;

/** Asks one replica after the other, expects a status, and notes it under the route's template. */
async function ask(expected, method, template, { ids = {}, token, body, query = '' } = {}) {
  const path = template.replace(/\{(\w+)\}/g, (_, name) => ids[name]);
  const answer = await fetch(replicas[turn++ % replicas.length] + path + query, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.equal(answer.status, expected, `${method} ${path}: ${text}`);
  count(done, method, template, expected);
  return text ? JSON.parse(text) : undefined;
}

const password = 'monitoring-some-password';
const address = (name) => `${name}@monitoring.test`;
async function signIn(name, expected = 200, secret = password) {
  const body = { email: address(name), password: secret };
  return (await ask(expected, 'POST', '/api/v1/auth/login', { body })).access_token;
}

async function people() {
  const root = await signIn('root', 200, process.env.UEMS_ADMIN_PASSWORD);
  for (const role of ['teacher', 'student']) {
    const body = { email: address(`some_${role}`), password, role, full_name: 'Some Body' };
    const { id } = await ask(201, 'POST', '/api/v1/users', { token: root, body });
    if (role === 'student') await ask(204, 'DELETE', '/api/v1/users/{id}', { token: root, ids: { id } });
  }
  const students = [];
  for (const name of ['ada', 'bob', 'eve']) {
    const body = { email: address(name), password, full_name: name };
    await ask(201, 'POST', '/api/v1/auth/register', { body });
    students.push(await signIn(name));
  }
  await signIn('some_teacher');
  await signIn('some_student', 401);
  await signIn('nobody', 401);
  for (let guess = 0; guess < 5; guess++) await signIn('ada', 401, 'a wrong password');
  await signIn('ada', 429);
  return { root, students };
}

async function registration({ root, students: [ada, bob, eve] }) {
  const course = async (code, capacity, time) => {
    const schedule = { monday: [time] };
    const body = { code, name: code, capacity, credits: 4, semester: 'fall', year: 2026, schedule };
    return (await ask(201, 'POST', '/api/v1/courses', { token: root, body })).id;
  };
  const small = await course('MON101', 1, '09:00-10:00');
  const clashing = await course('MON102', 2, '09:30-10:30');
  const large = await course('MON103', 2, '11:00-12:00');
  const enroll = (expected, token, id, body) =>
    ask(expected, 'POST', '/api/v1/courses/{id}/enroll', { token, ids: { id }, body });
  const held = await enroll(201, ada, small);
  await enroll(409, ada, clashing);
  await enroll(409, bob, small);
  await enroll(202, bob, small, { waitlist: true });
  await enroll(201, eve, large);
  const ids = { id: small, enrollment_id: held.id };
  await ask(200, 'DELETE', '/api/v1/courses/{id}/enroll/{enrollment_id}', { token: ada, ids });
}

async function mistakes({ root, students: [ada] }) {
  const id = '00000000-0000-4000-8000-000000000000';
  await ask(404, 'GET', '/api/v1/courses/{id}', { token: ada, ids: { id } });
  await ask(403, 'GET', '/api/v1/users', { token: ada });
  await ask(422, 'POST', '/api/v1/courses', { token: root, body: { code: 'X' } });
  await ask(401, 'GET', '/api/v1/auth/me');
  await ask(405, 'PUT', '/api/v1/auth/login');
  await ask(500, 'GET', '/test/panic');
  for (let number = 0; number < 20; number++) {
    const unknown = await fetch(`${replicas[number % 2]}/api/nowhere/${number}`);
    assert.equal(unknown.status, 404);
  }
}

// ── what Prometheus says ──

async function query(expression) {
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { status, data, error } = await answer.json();
  assert.equal(status, 'success', `${expression}: ${error}`);
  return data.result;
}

/** Sums (or maxima) over the replicas, by labels joined with a blank. */
async function by(metric, labels, aggregate = 'sum') {
  const result = await query(`${aggregate} by (${labels}) (${metric}) > 0`);
  return Object.fromEntries(
    result.map(({ metric: series, value }) => [labels.map((label) => series[label]).join(' '), Number(value[1])]),
  );
}

async function equalCounts() {
  assert.deepEqual(await by('http_requests_total', ['method', 'handler', 'status']), done);
  assert.deepEqual(await by('http_request_duration_seconds_count', ['method', 'handler']), (() => {
    const counts = {};
    for (const [key, times] of Object.entries(done)) {
      const route = key.slice(0, key.lastIndexOf(' '));
      counts[route] = (counts[route] ?? 0) + times;
    }
    return counts;
  })());
  assert.deepEqual(await by('uems_user_logins_total', ['role']), { admin: 1, teacher: 1, student: 3 });
  assert.deepEqual(await by('uems_user_login_failures_total', ['reason']), {
    invalid_credentials: 6,
    account_inactive: 1,
    rate_limited: 1,
  });
  assert.deepEqual(await by('uems_enrollments_total', ['status']), { enrolled: 3, dropped: 1 });
  assert.deepEqual(await by('uems_enrollment_conflicts_total', []), { '': 1 });
  assert.deepEqual(await by('uems_rate_limit_exceeded_total', ['endpoint', 'user_role']), {
    '/api/v1/auth/login anonymous': 1,
  });
  assert.deepEqual(await by('uems_application_errors_total', ['error_type', 'severity']), errors());
  assert.deepEqual(await by('uems_active_users_total', ['role'], 'max'), { admin: 1, teacher: 1, student: 3 });
  assert.deepEqual(await by('uems_course_capacity_utilization', ['course_code'], 'max'), { MON101: 100, MON103: 50 });
  assert.deepEqual(await query('uems_waitlist_stuck_sections > 0'), []);
}

/** What the answers say of `uems_application_errors_total`; addresses without a route are counted there too. */
function errors() {
  const kinds = { 401: 'authentication', 403: 'authorization', 404: 'not_found', 405: 'validation', 422: 'validation', 429: 'rate_limit' };
  const counts = { 'enrollment_capacity warning': 1, 'enrollment_conflict warning': 1, 'internal critical': 1 };
  for (const [key, times] of Object.entries(done)) {
    const kind = kinds[key.slice(key.lastIndexOf(' ') + 1)];
    if (kind) counts[`${kind} warning`] = (counts[`${kind} warning`] ?? 0) + times;
  }
  counts['not_found warning'] += 20;
  return counts;
}

/** Panels whose metrics nothing exports yet. */
const PLANNED = ['Payment success rate', 'System health: Stripe'];

async function everyPanelHasData() {
  const panels = dashboard.panels.filter((panel) => panel.targets && !PLANNED.includes(panel.title));
  for (const panel of panels) {
    for (const { expr } of panel.targets) {
      const result = await query(expr);
      assert.notEqual(result.length, 0, `panel ${panel.title}: no data for ${expr}`);
    }
  }
  return panels.length;
}

async function everyRuleWorks() {
  const { data } = await (await fetch(`${prometheus}/api/v1/rules`)).json();
  const rules = data.groups.flatMap((group) => group.rules);
  for (const rule of rules) {
    assert.equal(rule.health, 'ok', `${rule.name}: ${rule.health} ${rule.lastError ?? ''}`);
    if (rule.type === 'recording') {
      assert.notEqual((await query(rule.name)).length, 0, `no data for ${rule.name}`);
    }
  }
  const firing = rules.filter((rule) => rule.state === 'firing').map((rule) => rule.name);
  // There was a panic; and nothing else is wrong.
  assert.deepEqual(firing, ['UemsInternalErrors']);
  return rules.length;
}

/** The page of administrators and Prometheus tell the same. */
async function theAdminsPageAgrees(root) {
  const page = await ask(200, 'GET', '/api/v1/analytics/dashboard', { token: root });
  const { total, ...roles } = page.active_users;
  assert.deepEqual(roles, await by('uems_active_users_total', ['role'], 'max'));
  assert.equal(page.enrollments_today.enrolled + (page.enrollments_today.promoted ?? 0), 3, JSON.stringify(page.enrollments_today));
}

await eventually(60, async () => {
  for (const replica of replicas) assert.equal((await fetch(`${replica}/health/ready`)).status, 200);
  assert.equal((await query('up == 1')).length, replicas.length);
});
const actors = await people();
await registration(actors);
await mistakes(actors);
for (let number = 0; number < 40; number++) {
  await ask(200, 'GET', '/api/v1/courses', { token: actors.root, query: `?q=MON&page=${1 + (number % 3)}` });
}
// Gauges of the service are at most half a minute old.
await eventually(45, equalCounts);
await theAdminsPageAgrees(actors.root);
const panels = await eventually(20, everyPanelHasData);
const rules = await eventually(20, everyRuleWorks);
console.log(`${Object.values(done).reduce((a, b) => a + b)} requests, ${panels} panels, ${rules} rules`);

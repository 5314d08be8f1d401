// The load of scripts/test-monitoring, and what Prometheus has to say about it afterwards.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { answers, ask, eventually, failures, replicas } from './monitoring/ask.mjs';
import { dollars, events, intents, money, noteDeliveries, payments, webhooks } from './monitoring/money.mjs';
import { mistakes, people, registration } from './monitoring/people.mjs';
import { by, everyPanelHasData, everyRuleHasData, query } from './monitoring/prometheus.mjs';

const dashboard = JSON.parse(
  readFileSync(new URL('../deploy/monitoring/grafana/dashboards/uems.json', import.meta.url)),
);

/** Sums of floating point numbers, to the cent. */
const cents = (sums) => Object.fromEntries(Object.entries(sums).map(([key, sum]) => [key, Math.round(sum * 100)]));

function byRoute() {
  const counts = {};
  for (const [key, times] of Object.entries(answers)) {
    const route = key.slice(0, key.lastIndexOf(' '));
    counts[route] = (counts[route] ?? 0) + times;
  }
  return counts;
}

async function equalCounts() {
  assert.deepEqual(await by('uems_stripe_webhook_events_total', ['event_type', 'status']), events);
  assert.deepEqual(await by('http_requests_total', ['method', 'handler', 'status']), answers);
  assert.deepEqual(await by('http_request_duration_seconds_count', ['method', 'handler']), byRoute());
  assert.deepEqual(await by('http_requests_inprogress', []), {});
  assert.deepEqual(await by('uems_user_logins_total', ['role']), { admin: 1, teacher: 1, student: 3 });
  assert.deepEqual(await by('uems_user_login_failures_total', ['reason']), {
    invalid_credentials: 6,
    account_inactive: 1,
    rate_limited: 1,
  });
  assert.deepEqual(await by('uems_enrollments_total', ['status']), { enrolled: 3, dropped: 1, completed: 1 });
  assert.deepEqual(await by('uems_enrollment_conflicts_total', []), { '': 1 });
  assert.deepEqual(await by('uems_rate_limit_exceeded_total', ['endpoint', 'user_role']), {
    '/api/v1/auth/login anonymous': 1,
  });
  assert.deepEqual(await by('uems_application_errors_total', ['error_type', 'severity']), failures);
  assert.deepEqual(await by('uems_payments_total', ['status', 'payment_type']), payments);
  assert.deepEqual(cents(await by('uems_payments_amount_usd_total', ['payment_type'])), cents(dollars));
  assert.deepEqual(await by('uems_payment_processing_duration_seconds_count', []), { '': intents.count });
  assert.deepEqual(await by('uems_active_users_total', ['role'], 'max'), { admin: 1, teacher: 1, student: 3 });
  assert.deepEqual(await by('uems_course_capacity_utilization', ['course_code'], 'max'), { MON101: 100 });
  assert.deepEqual(await by('uems_stripe_open_events', ['outcome'], 'max'), { flagged: 1 });
  assert.deepEqual(await by('uems_stripe_up', [], 'min'), { '': 1 });
  assert.deepEqual(await query('uems_waitlist_stuck_sections > 0'), []);
  const statements = await by('uems_database_query_duration_seconds_count', ['operation', 'table']);
  for (const kind of ['select courses', 'update courses', 'insert payments', 'insert stripe_events', 'insert sessions']) {
    assert.ok(statements[kind] > 0, `no statement ${kind} in ${JSON.stringify(statements)}`);
  }
}

/** The page of administrators and Prometheus tell the same, of each replica and of the service. */
async function theAdminsPageAgrees(root) {
  for (const replica of replicas) {
    const page = await ask(200, 'GET', '/api/v1/analytics/dashboard', { token: root, replica });
    const { total, ...roles } = page.active_users;
    assert.deepEqual(roles, await by('uems_active_users_total', ['role'], 'max'));
    assert.equal(total, 5);
    const { enrolled, promoted, dropped, completed, refused } = page.enrollments_today;
    const counted = await by('uems_enrollments_total', ['status']);
    assert.deepEqual({ enrolled: enrolled + promoted, dropped, completed }, counted);
    assert.equal(refused, 2);
    const [{ currency, gross, net }] = page.revenue_today;
    const sum = cents({ all: Object.values(dollars).reduce((all, amount) => all + amount) }).all;
    assert.deepEqual([currency, gross, net], ['USD', (sum / 100).toFixed(2), ((sum - 1999 - 10) / 100).toFixed(2)]);
    // What it says of its own requests is from before this one was answered.
    const instance = `instance="${new URL(replica).host}"`;
    await eventually(10, async () => {
      const requests = await by(`http_requests_total{${instance}}`, []);
      assert.deepEqual(requests, { '': page.requests.total + 1 });
    });
    const errors = await by(`http_requests_total{${instance}, status=~"5.."}`, []);
    assert.equal(page.requests.errors, errors[''] ?? 0);
    assert.deepEqual(await by(`uems_database_connections_limit{${instance}}`, [], 'max'), { '': page.pool.max });
  }
}

await eventually(60, async () => {
  for (const replica of replicas) assert.equal((await fetch(`${replica}/health/ready`)).status, 200);
  assert.equal((await query('up == 1')).length, replicas.length);
});
const actors = await people();
await registration(actors);
await mistakes(actors);
await money(actors);
await webhooks();
noteDeliveries();
for (let number = 0; number < 40; number++) {
  await ask(200, 'GET', '/api/v1/courses', { token: actors.root, query: `?q=MON&page=${1 + (number % 3)}` });
}
// Gauges of the service are at most half a minute old.
await eventually(45, equalCounts);
await theAdminsPageAgrees(actors.root);
const panels = await eventually(20, () => everyPanelHasData(dashboard));
const rules = await eventually(20, everyRuleHasData);
const requests = Object.values(answers).reduce((a, b) => a + b);
console.log(`${requests} requests, ${panels} panels, ${rules} rules`);

// logs.mjs [--any] FILE…: every line of these logs, from the start of a process to its end, has the shape of the design,
// and nothing that no log may show. Without --any, every event of the monitoring's load is among them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const FIELDS = ['timestamp', 'level', 'logger', 'module', 'function', 'line', 'message', 'trace_id', 'request_id', 'user_id', 'context'];
const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];
const SECRETS = [
  'monitoring-some-password',
  'a wrong password',
  process.env.UEMS_ADMIN_PASSWORD,
  process.env.JWT_SECRET,
  ...['@monitoring.test', '%40monitoring', '@uems.test', '%40uems', '@example.edu', '%40example'],
  ...['uems-demo-2024!', 'a long enough password'],
  'eyJ', // how every access token begins
  'sk_test_',
  'whsec_',
  '_secret_',
  'Bearer ',
  ...['4242424242424242', '4000000000009995', '4000002500003155'],
];
const EVENTS = [
  ...['listening', 'metric_sync', 'request_started', 'request_completed', 'request_failed', 'panicked', 'db_query'],
  ...['user_login', 'user_login_failed', 'user_registered', 'user_created', 'enrollment_granted', 'enrollment_rejected'],
  ...['payment_intent_created', 'payment_succeeded', 'payment_failed', 'refund_requested', 'refund_succeeded'],
  ...['stripe_call_failed', 'stripe_event_flagged', 'webhook_rejected', 'stopping', 'stopped'],
];

const seen = new Set();
let lines = 0;
const [any, files] = process.argv[2] === '--any' ? [true, process.argv.slice(3)] : [false, process.argv.slice(2)];
for (const file of files) {
  for (const text of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    lines++;
    for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} is in a log: ${text}`);
    let line;
    try {
      line = JSON.parse(text);
    } catch (error) {
      assert.fail(`${file}: ${error.message}: ${text}`);
    }
    assert.deepEqual(Object.keys(line), FIELDS, text);
    const { timestamp, level, line: number, context, ...texts } = line;
    assert.ok(typeof timestamp === 'number' && timestamp > 1.7e9, text);
    assert.ok(LEVELS.includes(level) && Number.isInteger(number), text);
    assert.ok(context !== null && typeof context === 'object', text);
    for (const name of ['logger', 'module', 'function', 'message']) assert.ok(texts[name], `no ${name}: ${text}`);
    for (const name of ['trace_id', 'request_id', 'user_id']) {
      assert.ok(texts[name] === null || typeof texts[name] === 'string', text);
    }
    if (context.event === 'panicked') assert.equal(texts.request_id, 'the-panic', text);
    seen.add(context.event);
  }
}
if (!any) assert.deepEqual(EVENTS.filter((event) => !seen.has(event)), [], 'events that nobody logged');
console.log(`${lines} lines of the log, ${seen.size} kinds of events`);

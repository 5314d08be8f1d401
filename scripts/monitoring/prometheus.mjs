// What Prometheus says.

import assert from 'node:assert/strict';

const prometheus = process.env.PROMETHEUS;

export async function query(expression) {
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { status, data, error } = await answer.json();
  assert.equal(status, 'success', `${expression}: ${error}`);
  return data.result;
}

/** Sums (or maxima) over the replicas, by labels joined with a blank. */
export async function by(metric, labels, aggregate = 'sum') {
  const result = await query(`${aggregate} by (${labels}) (${metric}) > 0`);
  return Object.fromEntries(
    result.map(({ metric: series, value }) => [labels.map((label) => series[label]).join(' '), Number(value[1])]),
  );
}

async function hasData(what, expression) {
  const numbers = (await query(expression)).filter(({ value }) => value[1] !== 'NaN');
  assert.notEqual(numbers.length, 0, `${what}: no number for ${expression}`);
}

/** Every query of every panel; answers how many panels there are. */
export async function everyPanelHasData({ panels }) {
  const asking = panels.filter((panel) => panel.targets);
  for (const { title, targets } of asking) {
    for (const { expr } of targets) await hasData(`panel ${title}`, expr);
  }
  return asking.length;
}

/** `metric{labels}`, wherever a rule names one. */
const SELECTOR = /\b((?:uems|http|process)[a-z0-9_:]*|up)\b(?!\s*\()(\{[^}]*\})?/g;

/**
 * Every rule is healthy; every recording has data, and so has everything an alert compares. Those of the surroundings
 * need exporters that are not here.
 */
export async function everyRuleHasData() {
  const { data } = await (await fetch(`${prometheus}/api/v1/rules`)).json();
  const rules = data.groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, group: group.name })));
  for (const { name, type, health, lastError, group, query: expression } of rules) {
    assert.equal(health, 'ok', `${name}: ${health} ${lastError ?? ''}`);
    if (type === 'recording') await hasData('recording rule', name);
    if (type === 'alerting' && group !== 'uems-surroundings') {
      const selectors = [...expression.matchAll(SELECTOR)].map(([selector]) => selector);
      assert.notEqual(selectors.length, 0, `${name}: nothing found in ${expression}`);
      for (const selector of selectors) await hasData(`alert ${name}`, selector);
    }
  }
  const firing = rules.filter((rule) => rule.state === 'firing').map((rule) => rule.name);
  // There was a panic; and nothing else is wrong for long enough.
  assert.deepEqual(firing, ['UemsInternalErrors']);
  return rules.length;
}

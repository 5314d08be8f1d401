import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { BASE } from './api.mjs';

const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid?.() === 0 ? ['--no-sandbox', ...FLAGS] : FLAGS,
  });
}

/** Refusals are answers of the API; the browser reports them as errors all the same. */
const EXPECTED = /Failed to load resource: the server responded with a status of (401|402|404|409|412|422)/;
/** For stories in which the server is busy. */
const BUSY = new RegExp(EXPECTED.source.replace('422)', '422|503)'));

export class Visitor {
  static async open(browser, account, options = {}) {
    const {
      theme = 'light',
      width = 1280,
      height = 900,
      touch = false,
      busy = false,
      still = false,
    } = options;
    const context = await browser.newContext({
      baseURL: BASE,
      viewport: { width, height },
      colorScheme: theme,
      // A colour that is on its way to another one has no contrast of its own.
      reducedMotion: still ? 'reduce' : 'no-preference',
      hasTouch: touch,
      isMobile: touch,
      locale: 'en-GB',
    });
    context.setDefaultTimeout(10_000);
    // Signing in through the API leaves the same cookies as the form does.
    if (account) {
      const answer = await context.request.post('/api/v1/auth/login', {
        data: { email: account.email, password: account.password },
      });
      assert.equal(answer.status(), 200, `sign-in of ${account.email}: ${await answer.text()}`);
    }
    return new Visitor(context, await context.newPage(), busy ? BUSY : EXPECTED);
  }

  constructor(context, page, expected) {
    this.context = context;
    this.page = page;
    this.complaints = [];
    page.on('pageerror', (error) => this.complaints.push(`script error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && !expected.test(message.text())) this.complaints.push(message.text());
    });
  }

  async assertClean() {
    assert.deepEqual(this.complaints, [], 'the console stays free of errors');
  }

  close() {
    return this.context.close();
  }
}

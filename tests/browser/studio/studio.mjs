// The built studio in a browser: a page that tests share, or one of their own.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch, PATIENCE_MS } from '../launch.mjs';
import { serve } from '../serve.mjs';
import { Studio } from './page.mjs';

const FOLDER = process.env.SAGAWARD_STUDIO ?? fileURLToPath(new URL('../../../target/studio', import.meta.url));

const WINDOW = { width: 1280, height: 800 };

let server;
let browser;
let shared;

before(async () => {
  server = await serve(FOLDER);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/**
 * The body of a test on the page that all tests share: loading one, and compiling its WebAssembly,
 * costs more than most tests do. The text and the saga of the test before are still there.
 */
export const onPage = (use) => async () => {
  const visit = (shared ??= await arrive());
  try {
    const studio = new Studio(visit.page);
    await studio.look({ viewport: WINDOW });
    await studio.press('Escape'); // closes what the test before left open
    await use(studio);
    visit.check();
  } catch (error) {
    // What it left behind is no start for another.
    shared = undefined;
    await visit.context.close();
    throw error;
  }
};

/** The body of a test on a page of its own, in which `init` runs before the studio does; `at` is another server's address. */
export const onFreshPage = (use, { init, expected, at, ...options } = {}) => async () => {
  const visit = await arrive(options, init, { at });
  try {
    await use(new Studio(visit.page));
    visit.check(expected);
  } finally {
    await visit.context.close();
  }
};

/** The body of a test in a browser whose texts are twice as large. */
export const withLargeText = (use, options) => async () => {
  const own = await launch('--blink-settings=defaultFontSize=32,defaultFixedFontSize=26');
  try {
    const visit = await arrive(options, undefined, { by: own });
    await use(new Studio(visit.page));
    visit.check();
  } finally {
    await own.close();
  }
};

/** Opens the studio, and watches what no visit may do. */
async function arrive(options, init, { at = address(), by = browser } = {}) {
  const context = await by.newContext({ viewport: WINDOW, reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'], ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  if (init) await context.addInitScript(init);
  const { origin } = new URL(at);
  const faults = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !['data:', 'blob:'].includes(url.protocol)) faults.push(`request: ${url}`);
  });
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`error: ${error.error().stack}`));
  const page = await context.newPage();
  await page.goto(at);
  const check = (expected = []) => {
    const unexpected = faults.splice(0).filter((fault) => !expected.some((pattern) => pattern.test(fault)));
    assert.deepEqual(unexpected, [], 'the visit is clean');
  };
  return { context, page, check };
}

function address() {
  return `${server.origin}/`;
}

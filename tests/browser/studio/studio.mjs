// Opens the built studio in Chromium, and watches what no visit may do.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const FOLDER = process.env.SAGAWARD_STUDIO ?? fileURLToPath(new URL('../../../target/studio', import.meta.url));
const TYPES = {
  '.css': 'text/css', '.html': 'text/html', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.wasm': 'application/wasm',
};
const CHROMIUM = {
  executablePath: process.env.SAGAWARD_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
};

let server;
let browser;

before(async () => {
  server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, 'http://studio');
    const file = pathname === '/' ? 'index.html' : pathname.slice(1);
    try {
      const body = await readFile(join(FOLDER, file));
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch(CHROMIUM);
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Lets `use` work with a fresh visit to the studio, which must stay clean but for the faults it expects. */
export async function visit(options, use, expected = []) {
  const address = `http://127.0.0.1:${server.address().port}/`;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const faults = [];
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== new URL(address).origin && !['data:', 'blob:'].includes(protocol)) faults.push(`request: ${request.url()}`);
  });
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`error: ${error.error().stack}`));
  try {
    // A bound on hanging, not on speed: the machine may be busy.
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    await page.goto(address);
    const studio = new Studio(page);
    await studio.editor.waitFor();
    await use(studio);
    assert.deepEqual(faults.filter((fault) => !expected.some((pattern) => pattern.test(fault))), [], 'the visit is clean');
  } finally {
    await context.close();
  }
}

/** The page as a person finds their way in it: by roles and names. */
class Studio {
  constructor(page) {
    this.page = page;
    this.editor = page.getByRole('textbox', { name: 'Saga definition' });
    this.problems = page.getByRole('region', { name: 'Problems' });
    this.verdict = this.problems.getByRole('status');
    this.steps = page.getByRole('listbox', { name: 'Steps' });
  }

  /** Opens a text as a file, the way a person does. */
  async open(text, name = 'saga.json') {
    const choosing = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Open' }).click();
    const buffer = Buffer.from(typeof text === 'object' && !Buffer.isBuffer(text) ? JSON.stringify(text, null, 2) : text);
    await (await choosing).setFiles({ name, mimeType: 'application/json', buffer });
  }

  async loadExample(name) {
    await this.page.getByRole('button', { name: 'Examples' }).click();
    await this.page.getByRole('menuitem', { name }).click();
  }

  problem(text) {
    return this.problems.getByRole('listitem').filter({ has: this.page.getByRole('button', { name: text }) });
  }

  step(id) {
    return this.steps.getByRole('option').filter({ has: this.page.getByText(id, { exact: true }) });
  }

  /** The whole text, by saving it. */
  async savedText() {
    const download = this.page.waitForEvent('download');
    await this.page.getByRole('button', { name: 'Save' }).click();
    const file = await download;
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
  }

  /** Selects the first place in the editor where a text stands, by searching for it. */
  async select(text) {
    await this.editor.focus();
    await this.page.keyboard.press('Control+f');
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Enter');
    await this.page.keyboard.press('Escape');
  }

  /** What is selected in the editor: what the clipboard would get. */
  selectedText() {
    return this.editor.evaluate((node) => {
      const clipboardData = new DataTransfer();
      node.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }));
      return clipboardData.getData('text/plain');
    });
  }

  async press(...keys) {
    for (const key of keys) await this.page.keyboard.press(key);
  }
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { conforming } from '../../js/conformance.mjs';

const folder = mkdtempSync(join(tmpdir(), 'page-'));
after(() => rmSync(folder, { recursive: true }));

test('the package conforms in Chromium, bundled by Vite, under a strict content security policy', async () => {
  const root = fileURLToPath(new URL('./page', import.meta.url));
  const options = { configFile: false, root, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } };
  await build(options);
  const server = await preview({ ...options, preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch({
    executablePath: process.env.SAGAWARD_CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(server.resolvedUrls.local[0]);
    await page.waitForFunction(() => 'outcome' in window);
    assert.deepEqual(await page.evaluate(() => window.outcome), conforming);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    await server.close();
  }
});

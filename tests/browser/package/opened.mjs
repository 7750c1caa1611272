import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

/** Bundles the page of a folder as users do, and gives it to `work` with how to open it in Chromium, and what it complains of. */
export async function withPage(folder, work) {
  const outDir = mkdtempSync(join(tmpdir(), 'page-'));
  const root = fileURLToPath(new URL(`./${folder}`, import.meta.url));
  const options = { configFile: false, root, logLevel: 'warn', build: { outDir, emptyOutDir: true } };
  try {
    await build(options);
    const server = await preview({ ...options, preview: { host: '127.0.0.1', port: 0 } });
    const browser = await chromium.launch({
      executablePath: process.env.SAGAWARD_CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
    try {
      // One user: its tabs share what they keep.
      const context = await browser.newContext();
      const complaints = [];
      const open = async () => {
        const page = await context.newPage();
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(server.resolvedUrls.local[0]);
        return page;
      };
      await work(open, complaints);
    } finally {
      await browser.close();
      await server.close();
    }
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

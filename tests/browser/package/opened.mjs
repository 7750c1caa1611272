import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../launch.mjs';
import { serve } from '../serve.mjs';
import { ways } from './ways.mjs';

// One for all tests: to start one takes longer than most of them.
let browser;
after(async () => (await browser)?.close());

/** Makes the page of a folder, and gives it to `work` with how to open it in a browser, and what it complains of. */
export async function withPage(folder, work, way = 'bundled by Vite') {
  const output = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    await ways[way](fileURLToPath(new URL(`./${folder}`, import.meta.url)), output);
    const server = await serve(output);
    // One user: its tabs share what they keep.
    const context = await (await (browser ??= launch())).newContext();
    try {
      const complaints = [];
      const open = async () => {
        const page = await context.newPage();
        page.on('pageerror', (error) => complaints.push(String(error)));
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(`${server.origin}/`);
        return page;
      };
      await work(open, complaints);
    } finally {
      await context.close();
      server.close();
    }
  } finally {
    rmSync(output, { recursive: true });
  }
}

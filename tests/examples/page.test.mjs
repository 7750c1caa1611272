import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../browser/launch.mjs';
import { serve } from '../browser/serve.mjs';

test('the page judges as one types, without a bundler, under its strict policy', async () => {
  const server = await serve(fileURLToPath(new URL('../..', import.meta.url)));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const complaints = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`${server.origin}/examples/page/`);

    const [saga, verdict, findings] = [page.getByRole('textbox'), page.getByRole('status'), page.getByRole('list', { name: 'Findings' })];
    await verdict.getByText('This saga may not run.').waitFor();
    assert.match(await findings.textContent(), /^error in line 6, column \d+: .*'biuld'.*did you mean "build"/);

    await saga.fill((await saga.inputValue()).replace('biuld', 'build'));
    await verdict.getByText('This saga may run.').waitFor();
    assert.equal(await findings.textContent(), '');

    await saga.fill('<img src=x onerror=alert(1)>');
    assert.match(await findings.textContent(), /^error in line 1, column 1: /);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    server.close();
  }
});

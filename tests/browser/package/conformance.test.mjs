import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conforming } from '../../js/conformance.mjs';
import { withPage } from './opened.mjs';

test('the package conforms in Chromium, bundled by Vite, under a strict content security policy', () =>
  withPage('page', async (open, complaints) => {
    const page = await open();
    await page.waitForFunction(() => 'outcome' in window);
    assert.deepEqual(await page.evaluate(() => window.outcome), conforming);
    assert.deepEqual(complaints, []);
  }));

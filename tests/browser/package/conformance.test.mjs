import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conforming } from '../../js/conformance.mjs';
import { browserName } from '../launch.mjs';
import { withPage } from './opened.mjs';
import { ways } from './ways.mjs';

// webpack takes its time.
const chosen = Object.keys(ways).filter((way) => process.env.SAGAWARD_LONG || !way.includes('webpack'));

for (const way of chosen) {
  test(`the package conforms in ${browserName}, ${way}, under a strict content security policy`, () =>
    withPage('page', async (open, complaints) => {
      const page = await open();
      await page.waitForFunction(() => 'outcome' in window);
      assert.deepEqual(await page.evaluate(() => window.outcome), conforming);
      assert.deepEqual(complaints, []);
    }, way));
}

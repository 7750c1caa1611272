// IndexedDbJournal keeps the contract of all journals, and outlives its page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cases } from '../../js/journal/contract.mjs';
import { withPage } from './opened.mjs';

test('IndexedDbJournal', (t) =>
  withPage('journal', async (openPage, complaints) => {
    const open = async () => {
      const page = await openPage();
      await page.waitForFunction(() => window.isReady);
      return page;
    };
    const page = await open();
    assert.deepEqual(await page.evaluate(() => window.names), Object.keys(cases));
    for (const name of Object.keys(cases)) {
      await t.test(name, async () => assert.equal(await page.evaluate((name) => window.keep(name), name), 'ok'));
    }

    await t.test('a saga whose page was closed goes on in another', async () => {
      const first = await open();
      assert.deepEqual(await first.evaluate(() => window.begin('left')), ['a', 'b']);
      await first.close();
      assert.deepEqual(await page.evaluate(() => window.goOn('left')), { outcome: 'succeeded', called: ['b', 'c'] });
    });

    await t.test('of two tabs that go on with a saga one does', async () => {
      const tabs = [page, await open()];
      for (let round = 0; round < 20; round += 1) {
        const sagaId = `raced ${round}`;
        assert.deepEqual(await page.evaluate((id) => window.begin(id), sagaId), ['a', 'b']);
        await Promise.all(tabs.map((tab) => tab.evaluate((id) => window.look(id), sagaId)));
        const results = await Promise.all(tabs.map((tab) => tab.evaluate((id) => window.goOn(id), sagaId)));
        assert.deepEqual(results.map(({ outcome }) => outcome).toSorted(), ['journal_conflict', 'succeeded']);
        assert.deepEqual(results.flatMap(({ called }) => called), ['b', 'c'], 'who does not go on does nothing');
      }
    });
    assert.deepEqual(complaints, []);
  }));

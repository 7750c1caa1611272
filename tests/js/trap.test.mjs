// The memory of a validation is exhausted on purpose, through nothing but the public functions:
// the call throws, and everything else is as it was.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { assertValid, isValid, isValidText, SagawardError, validate, validateText } from 'sagaward';
import { definition } from './conformance.mjs';

const MILLION = 1_000_000;
const boundless = { limits: { maxBytes: 2 ** 32 - 1, maxSteps: 2 ** 32 - 1 } };

/** Values of three bytes each, which take many times that in memory. */
function denseArrays() {
  const [head, item, tail] = ['{"a":[', '[],', '[]]}'];
  const bytes = Buffer.alloc(head.length + 133 * MILLION * item.length + tail.length, item);
  bytes.write(head);
  bytes.write(tail, bytes.length - tail.length);
  return bytes;
}

const calls = {
  'validateText, before it reads': () => validateText(new Uint8Array(2 ** 32), boundless),
  'isValidText, before it reads': () => isValidText(new Uint8Array(2 ** 32), boundless),
};
// To fill the memory value by value takes many seconds.
if (process.env.SAGAWARD_LONG) calls['validateText, while it reads'] = () => validateText(denseArrays(), boundless);

for (const [name, call] of Object.entries(calls)) {
  test(`${name}: throws when the memory is exhausted, and the next validation works`, () => {
    const before = validate(definition);
    assert.throws(call, (error) => {
      assert.ok(error instanceof SagawardError);
      assert.equal(error.code, 'trapped');
      assert.match(error.message, /limits\.maxBytes/);
      assert.ok(error.cause instanceof Error);
      return true;
    });
    assert.deepEqual(validate(definition), before);
    assert.equal(isValid(definition), true);
    assert.equal(assertValid(definition), undefined);
    assert.equal(isValidText('{}'), false);
  });
}

test('memory that a huge document took is given back', () => {
  const script = `
    import { isValidText } from ${JSON.stringify(import.meta.resolve('sagaward'))};
    const { rss } = process.memoryUsage;
    isValidText('{}');
    const before = rss();
    isValidText(Buffer.alloc(100e6, ' '), { limits: { maxBytes: 2 ** 32 - 1 } });
    const swollen = rss() - before;
    for (let turn = 0; turn < 10; turn++) {
      await new Promise(setImmediate);
      gc();
    }
    console.log(JSON.stringify([swollen, rss() - before]));`;
  const output = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], { encoding: 'utf8' });
  const [swollen, after] = JSON.parse(output);
  assert.ok(swollen > 100 * MILLION);
  assert.ok(after < 50 * MILLION, `${after} bytes stay`);
});

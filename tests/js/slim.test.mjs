import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('slim without init says what is missing, and constants need none', () => {
  const script = `
    import * as sagaward from 'sagaward/slim';
    const calls = {
      validate: () => sagaward.validate({}),
      isValidText: () => sagaward.isValidText('{}'),
      prefixes: () => sagaward.VALID_ACTION_PREFIXES.length,
    };
    const said = Object.entries(calls).map(([name, call]) => {
      try { return [name, call()] } catch (error) { return [name, error.code, error instanceof sagaward.SagawardError] }
    });
    console.log(JSON.stringify(said));`;
  assert.deepEqual(JSON.parse(runModule(script)), [
    ['validate', 'not_initialized', true],
    ['isValidText', 'not_initialized', true],
    ['prefixes', 10],
  ]);
});

test('init refuses what is not the WebAssembly of this package', () => {
  const script = `
    import { init } from 'sagaward/slim';
    const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const said = [new Uint8Array(), empty, new WebAssembly.Module(empty), 'text', null].map((given) => {
      try { init(given); return 'taken' } catch (error) { return error.code }
    });
    console.log(JSON.stringify(said));`;
  assert.deepEqual(JSON.parse(runModule(script)), Array(5).fill('compile_failed'));
});

function runModule(script) {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
}

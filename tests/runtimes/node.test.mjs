// Each way to load the package gets a process of its own, for one that is loaded serves all.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { conforming } from '../js/conformance.mjs';

const ways = {
  import: `import * as sagaward from 'sagaward';`,
  require: `
    import { createRequire } from 'node:module';
    const sagaward = createRequire(import.meta.filename)('sagaward');`,
  'slim, from bytes': `
    import { readFileSync } from 'node:fs';
    import * as sagaward from 'sagaward/slim';
    sagaward.init(readFileSync(new URL(import.meta.resolve('sagaward/sagaward.wasm'))));`,
  'slim, from a module': `
    import { readFileSync } from 'node:fs';
    import * as sagaward from 'sagaward/slim';
    sagaward.init(new WebAssembly.Module(readFileSync(new URL(import.meta.resolve('sagaward/sagaward.wasm')))));`,
  'slim, from a module of another realm': `
    import { readFileSync } from 'node:fs';
    import { runInNewContext } from 'node:vm';
    import * as sagaward from 'sagaward/slim';
    const bytes = readFileSync(new URL(import.meta.resolve('sagaward/sagaward.wasm')));
    sagaward.init(runInNewContext('new WebAssembly.Module(bytes)', { bytes }));`,
};

const nodes = { 'this Node': process.execPath };
for (const major of process.env.SAGAWARD_LONG ? [20, 22, 24] : []) {
  nodes[`Node ${major}`] = join(process.env.SAGAWARD_RUNTIMES, `node_modules/node${major}-${process.platform}-${process.arch}/bin/node`);
}

for (const [name, node] of Object.entries(nodes)) {
  for (const [way, load] of Object.entries(ways)) {
    test(`the package conforms in ${name}: ${way}`, () => {
      const script = `${load}
        import { conform } from ${JSON.stringify(new URL('../js/conformance.mjs', import.meta.url).href)};
        console.log(JSON.stringify(await conform(sagaward)));`;
      const output = execFileSync(node, ['--no-warnings', '--input-type=module', '--eval', script], { encoding: 'utf8' });
      assert.deepEqual(JSON.parse(output), conforming);
    });
  }
}

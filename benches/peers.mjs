// What does parts of the work without sagaward. Of validation: a JSON Schema validator, then the semantic rules in JavaScript.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { SAGA_DEFINITION_SCHEMA, VALID_ACTION_PREFIXES } from 'sagaward';
import { soundRules } from './rules.mjs';

const require = createRequire(import.meta.url);
/** Not all packages export their manifest: it is the next one above their entry that has a version. */
function version(name, folder = dirname(require.resolve(name))) {
  const manifest = join(folder, 'package.json');
  return (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version) || version(name, dirname(folder));
}

const schema = structuredClone(SAGA_DEFINITION_SCHEMA);
const compiled = new Ajv2020({ allErrors: false, allowUnionTypes: true }).compile(schema);
const interpreted = new Validator(schema, '2020-12', true);

export const names = {
  sagaward: `sagaward ${version('sagaward')}`,
  ajv: `ajv ${version('ajv')}`,
  cfworker: `@cfworker/json-schema ${version('@cfworker/json-schema')}`,
  xstate: `xstate ${version('xstate')}`,
  jsoncParser: `jsonc-parser ${version('jsonc-parser')}`,
  limiter: `limiter ${version('limiter')}`,
  pRetry: `p-retry ${version('p-retry')}`,
  pTimeout: `p-timeout ${version('p-timeout')}`,
};
/** Judges a value, by peer. */
export const judges = {
  [`${names.ajv} + rules`]: (value) => compiled(value) && soundRules(value, VALID_ACTION_PREFIXES),
  [`${names.cfworker} + rules`]: (value) => interpreted.validate(value).valid && soundRules(value, VALID_ACTION_PREFIXES),
};

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('sagaward/schema.json'), 'utf8'));
const prefixes = ['validate.', 'data.', 'model.', 'deploy.', 'notify.'];

const start = performance.now();
const { Validator } = await import('@cfworker/json-schema');
const { soundRules } = await import('../rules.mjs');
const interpreted = new Validator(schema, '2020-12', true);
const value = JSON.parse(process.argv[2]);
const valid = interpreted.validate(value).valid && soundRules(value, prefixes);
console.log(JSON.stringify({ valid, ms: performance.now() - start }));

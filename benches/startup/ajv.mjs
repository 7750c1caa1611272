import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('sagaward/schema.json'), 'utf8'));
const prefixes = ['validate.', 'data.', 'model.', 'deploy.', 'notify.'];

const start = performance.now();
const { Ajv2020 } = await import('ajv/dist/2020.js');
const { soundRules } = await import('../rules.mjs');
const compiled = new Ajv2020({ allErrors: false, allowUnionTypes: true }).compile(schema);
const value = JSON.parse(process.argv[2]);
const valid = compiled(value) && soundRules(value, prefixes);
console.log(JSON.stringify({ valid, ms: performance.now() - start }));

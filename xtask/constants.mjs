// Writes the constants that the package exports as a module of their own, so
// that reading one compiles no WebAssembly. What they are, the core says.
import { readFileSync, writeFileSync } from 'node:fs';

const [folder, schemaFile] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(`${folder}/sagaward.wasm`));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => {
    throw new Error(`the constants must not need ${name}`);
  };
}
const core = new WebAssembly.Instance(module, imports).exports;
const start = core.constants();
const memory = new Uint8Array(core.memory.buffer, start);
const answer = memory.subarray(0, memory.indexOf(0));

const constants = {
  SAGA_DEFINITION_SCHEMA: { type: 'Readonly<Record<string, unknown>>', value: JSON.parse(readFileSync(schemaFile, 'utf8')) },
};
for (const [name, value] of Object.entries(JSON.parse(new TextDecoder().decode(answer)))) {
  constants[name] = { type: typeOf(value), value };
}

const script = [
  `function freeze(value) {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}`,
];
const types = [];
for (const [name, { type, value }] of Object.entries(constants)) {
  script.push(`export const ${name} = /* @__PURE__ */ freeze(${JSON.stringify(value)});`);
  types.push(`export declare const ${name}: ${type};`);
}
writeFileSync(`${folder}/constants.js`, script.join('\n') + '\n');
writeFileSync(`${folder}/constants.d.ts`, types.join('\n') + '\n');

function typeOf(value) {
  if (Array.isArray(value)) return 'readonly string[]';
  const states = Object.keys(value).map((state) => JSON.stringify(state)).join(' | ');
  return `Readonly<Record<${states}, readonly (${states})[]>>`;
}

// The cases that every host of the core runs: tests/fixtures/cases/*.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** The cases of one file. */
export function cases(name) {
  const { cases } = JSON.parse(readFileSync(new URL(`../../fixtures/cases/${name}.json`, import.meta.url), 'utf8'));
  assert.ok(cases.length > 0);
  return cases;
}

/** What a call returns, or its error as the cases have it. */
export function outcome(work, isOurs) {
  try {
    return { answer: work() };
  } catch (error) {
    if (!isOurs(error)) throw error;
    return { error: { code: error.code, ...(error.errors ? { errors: error.errors } : { message: error.message }) } };
  }
}

/** Kill ids are random: by their order they are `kill:1`, `kill:2` … */
export function renamed(value, ids) {
  return JSON.parse(JSON.stringify(value, (_, part) => (ids.includes(part) ? `kill:${ids.indexOf(part) + 1}` : part)));
}

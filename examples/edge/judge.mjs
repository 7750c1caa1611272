// Judges sagas that are POSTed, on any runtime that speaks Request and Response.
import { validateText } from 'sagaward';

const MAX_BYTES = 1024 * 1024;
const MAX_FINDINGS = 100;
// Yours to choose; best an address at which the problem is described.
const PROBLEMS = 'https://sagas.example/problems';

/** 200 for a saga that may run, and else a problem (RFC 9457) that carries all findings. */
export async function judge(request) {
  if (request.method !== 'POST') return problem(405, 'method-not-allowed', 'POST a saga definition', {}, { allow: 'POST' });
  const body = await readBody(request);
  if (!body) return problem(413, 'saga-too-large', `A saga has at most ${MAX_BYTES} bytes`);

  const { valid, diagnostics: findings, truncated } = validateText(body, { limits: { maxDiagnostics: MAX_FINDINGS } });
  if (valid) return Response.json({ valid, findings });
  if (findings.some(({ rule }) => rule === 'invalid_json')) return problem(400, 'not-json', 'The body is not JSON', { findings });
  return problem(422, 'invalid-saga', 'The saga may not run', { findings, truncated });
}

function problem(status, type, title, more, headers) {
  return Response.json(
    { type: `${PROBLEMS}/${type}`, title, status, ...more },
    { status, headers: { ...headers, 'content-type': 'application/problem+json' } },
  );
}

/** The body's bytes; undefined if there are too many: what a stranger sends is not read without bound. */
async function readBody(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

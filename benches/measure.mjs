// Times candidates side by side: they take turns, so that what else the machine does falls on all alike.

const BATCH_MS = 4;
// Until the engines have optimised: both JavaScript and WebAssembly start in a slow tier.
const WARM_UP_MS = 600;
const ROUNDS = 41;

/** Milliseconds for one call of each candidate: the median over the rounds. */
export function interleaved(candidates) {
  const runners = [];
  for (const [name, work] of Object.entries(candidates)) {
    runners.push({ name, work, calls: callsPerBatch(work), samples: [] });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let i = 0; i < runners.length; i += 1) {
      const { work, calls, samples } = runners[(round + i) % runners.length];
      samples.push(batch(work, calls) / calls);
    }
  }
  return Object.fromEntries(runners.map(({ name, samples }) => [name, median(samples)]));
}

function callsPerBatch(work) {
  const end = performance.now() + WARM_UP_MS;
  let calls = 1;
  while (performance.now() < end) {
    if (batch(work, calls) < BATCH_MS) calls *= 2;
  }
  return calls;
}

function batch(work, calls) {
  const start = performance.now();
  for (let i = 0; i < calls; i += 1) work();
  return performance.now() - start;
}

export function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

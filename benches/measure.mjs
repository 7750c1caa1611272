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

const PREPARED_ROUNDS = 15;
const PREPARED_WARM_UP = 4;

/**
 * The same for work that uses up what it works on, which `prepare` makes anew each time, untimed.
 * `units`: how often one call does that of which the time is asked.
 */
export async function prepared(candidates) {
  const runners = Object.entries(candidates).map(([name, candidate]) => ({ name, samples: [], ...candidate }));
  for (let round = 0; round < PREPARED_WARM_UP + PREPARED_ROUNDS; round += 1) {
    for (let i = 0; i < runners.length; i += 1) {
      const { prepare, work, release, units = 1, samples } = runners[(round + i) % runners.length];
      const material = prepare();
      const start = performance.now();
      await work(material);
      const ms = performance.now() - start;
      release?.(material);
      if (round >= PREPARED_WARM_UP) samples.push(ms / units);
    }
  }
  return Object.fromEntries(runners.map(({ name, samples }) => [name, median(samples)]));
}

export function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

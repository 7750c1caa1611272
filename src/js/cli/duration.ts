const UNITS: readonly [name: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** How long something took, as exactly as people want to know. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const largest = UNITS.findIndex(([, length]) => ms >= length);
  let rest = ms;
  const parts = UNITS.slice(largest, largest + 2).flatMap(([name, length]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count > 0 ? [`${count} ${name}`] : [];
  });
  return parts.join(' ');
}

/** A time since a beginning, all of one width for the first hundred hours. */
export function offset(ms: number): string {
  const pad = (n: number, digits = 2) => String(Math.floor(n)).padStart(digits, '0');
  return `${pad(ms / 3_600_000)}:${pad((ms / 60_000) % 60)}:${pad((ms / 1_000) % 60)}.${pad(ms % 1_000, 3)}`;
}

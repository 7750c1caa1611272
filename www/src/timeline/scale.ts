const UNITS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400].map((seconds) => seconds * 1_000);
const MOST_TICKS = 6;

/** Round times from 0 to a length, not too many of them. */
export function ticks(length: number): number[] {
  const unit = UNITS.find((unit) => length / unit <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS / 86_400_000) * 86_400_000;
  return Array.from({ length: Math.floor(length / unit) + 1 }, (_, index) => index * unit);
}

/** A length of time in words: `12.5 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return `${seconds} s`;
  const whole = Math.floor(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  return hours > 0 ? parts([hours, 'h'], [minutes, 'min']) : parts([minutes, 'min'], [rest, 's']);
}

function parts(...amounts: [amount: number, unit: string][]): string {
  return amounts.flatMap(([amount, unit], place) => (place === 0 || amount > 0 ? [`${amount} ${unit}`] : [])).join(' ');
}

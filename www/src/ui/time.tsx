/** A moment in UTC: its time of day, or with its date. */
export function Time({ at, dated = false }: { at: string; dated?: boolean }) {
  const [date, time] = at.slice(0, -1).split('T');
  return <time dateTime={at} title={at}>{dated ? `${date} ${time}` : time}</time>;
}

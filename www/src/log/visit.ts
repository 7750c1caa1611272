import { pause } from '../run/simulation.ts';
import { travelTo } from '../state/travel.ts';

/** Shows the saga as it was after an event; a simulation does not go on behind one's back. */
export function visit(seq: number): void {
  pause();
  travelTo(seq);
}

import { signal } from '@preact/signals';

import type { Drawing } from './shape.ts';

/** So much larger than the text of the page. */
export const zoom = signal(1);

const STEP = 1.25;
const [LEAST, MOST] = [0.05, 3];
/** Smaller, what is drawn first can hardly be read; down to the second, seeing its whole width is worth it. */
const [READABLE, LEAST_READABLE] = [0.75, 0.5];

export const zoomIn = (host: HTMLElement) => zoomTo(host, zoom.peek() * STEP);
export const zoomOut = (host: HTMLElement) => zoomTo(host, zoom.peek() / STEP);

/** Zooms while what is in the middle, or at a place, stays where it is. */
export function zoomTo(host: HTMLElement, to: number, at = { x: host.clientWidth / 2, y: host.clientHeight / 2 }): void {
  const before = zoom.peek();
  zoom.value = Math.min(Math.max(to, LEAST), MOST);
  const factor = zoom.peek() / before;
  const [left, top] = [(host.scrollLeft + at.x) * factor - at.x, (host.scrollTop + at.y) * factor - at.y];
  // Once it has its new size.
  requestAnimationFrame(() => host.scrollTo({ left, top, behavior: 'instant' }));
}

/** Shows the whole, never larger than the text of the page; at first no smaller than can be read. */
export function fit(host: HTMLElement, { width, height }: Drawing, atFirst = false): void {
  const unit = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const across = host.clientWidth / (width * unit);
  const least = atFirst ? Math.min(Math.max(across, LEAST_READABLE), READABLE) : LEAST;
  zoom.value = Math.max(Math.min(across, host.clientHeight / (height * unit), 1), least);
}

/** Lets a mouse move the drawing; fingers and wheels scroll it as they do anywhere. */
export function drag(event: PointerEvent & { currentTarget: HTMLElement }): void {
  if (event.pointerType !== 'mouse' || event.button !== 0) return;
  const host = event.currentTarget;
  const from = { x: event.clientX + host.scrollLeft, y: event.clientY + host.scrollTop };
  const move = ({ clientX, clientY }: PointerEvent) => host.scrollTo({ left: from.x - clientX, top: from.y - clientY, behavior: 'instant' });
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener('pointermove', move, { signal });
  addEventListener('pointerup', () => stop.abort(), { signal });
  addEventListener('pointercancel', () => stop.abort(), { signal });
}

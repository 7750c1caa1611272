import { batch, effect, signal } from '@preact/signals';
import { plan } from 'sagaward/slim';

import { analysis } from '../state/analysis.ts';
import { current, isOfText } from '../state/saga.ts';
import type { Order } from './order.ts';
import { orderOf } from './order-of-text.ts';
import type { Drawing } from './shape.ts';

/** More are neither seen nor laid out. */
const MOST_DRAWN = 2_000;

export const order = signal<Order>([]);
export const drawing = signal<Drawing | undefined>(undefined);
export const tooMany = signal(false);

let wanted: Order = [];
let isDrawing = false;

/** Draws what there is from now on; while it is typed, what was drawn last stays. */
export function drawGraph(): void {
  let key = '';
  effect(() => {
    const saga = isOfText.value ? current.value : undefined;
    tooMany.value = (saga ? saga.steps() : analysis.value.steps).length > MOST_DRAWN;
    if (tooMany.value) return;
    const next = saga ? plan(saga).units : orderOf(analysis.value);
    const own = JSON.stringify(next);
    if (own === key) return;
    key = own;
    wanted = next;
    if (!isDrawing) void draw();
  });
}

/** Draws what is wanted last; what was wanted meanwhile is passed over. */
async function draw(): Promise<void> {
  isDrawing = true;
  let drawn: Order | undefined;
  while (drawn !== wanted) {
    drawn = wanted;
    const arranged = drawn.length > 0 ? await arrangeBeside(drawn) : undefined;
    batch(() => {
      order.value = drawn ?? [];
      drawing.value = arranged;
    });
  }
  isDrawing = false;
}

let worker: Worker | undefined;

function arrangeBeside(drawn: Order): Promise<Drawing> {
  const beside = (worker ??= new Worker(new URL('./arrange.worker.ts', import.meta.url), { type: 'module' }));
  return new Promise((resolve) => {
    beside.onmessage = ({ data }: MessageEvent<Drawing>) => resolve(data);
    beside.postMessage(drawn);
  });
}

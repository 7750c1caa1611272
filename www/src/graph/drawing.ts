import { batch, effect, signal } from '@preact/signals';

import { analysis } from '../state/analysis.ts';
import { current, isOfText, moment } from '../state/saga.ts';
import type { Drawing } from './shape.ts';
import { type Plan, planOf, type Structure } from './plan.ts';

/** More are neither seen nor laid out. */
const MOST_DRAWN = 2_000;

export const plan = signal<Plan>({ steps: [], groups: [] });
export const drawing = signal<Drawing | undefined>(undefined);
export const tooMany = signal(false);

let wanted: Structure = { steps: [], groups: [] };
let isDrawing = false;

/** Draws what there is from now on; while it is typed, what was drawn last stays. */
export function drawGraph(): void {
  let key = '';
  effect(() => {
    const structure = isOfText.value ? ofSaga() : ofText();
    const own = JSON.stringify(structure);
    if (own === key) return;
    key = own;
    tooMany.value = structure.steps.length > MOST_DRAWN;
    wanted = structure;
    if (!tooMany.value && !isDrawing) void draw();
  });
}

/** Draws what is wanted last; what was wanted meanwhile is passed over. */
async function draw(): Promise<void> {
  isDrawing = true;
  let drawn: Structure | undefined;
  while (drawn !== wanted) {
    drawn = wanted;
    const planned = await planOf(drawn);
    const arranged = planned.steps.length > 0 ? await arrangeBeside(planned) : undefined;
    batch(() => {
      plan.value = planned;
      drawing.value = arranged;
    });
  }
  isDrawing = false;
}

let worker: Worker | undefined;

function arrangeBeside(planned: Plan): Promise<Drawing> {
  const beside = (worker ??= new Worker(new URL('./arrange.worker.ts', import.meta.url), { type: 'module' }));
  return new Promise((resolve) => {
    beside.onmessage = ({ data }: MessageEvent<Drawing>) => resolve(data);
    beside.postMessage(planned);
  });
}

function ofSaga(): Structure {
  // Its steps never change, only what becomes of them.
  void current.value;
  const { steps = [], fan_out } = moment.peek()?.snapshot ?? {};
  return {
    steps: steps.map(({ step_id: id, depends_on }) => ({ id, dependsOn: depends_on ?? undefined })),
    groups: (fan_out ?? []).map(({ policy, branches = [] }) => ({ ...(policy && { policy }), branches })),
  };
}

function ofText(): Structure {
  const { steps, groups } = analysis.value;
  const seen = new Set<string>();
  return {
    steps: steps.flatMap(({ id, dependsOn }) => {
      if (!id || seen.has(id)) return [];
      seen.add(id);
      return [{ id, dependsOn }];
    }),
    groups,
  };
}

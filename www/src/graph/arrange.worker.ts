import { arrange } from './arrange.ts';
import type { Plan } from './plan.ts';

// Beside the page, so that typing never waits for a layout.
addEventListener('message', ({ data }: MessageEvent<Plan>) => postMessage(arrange(data)));

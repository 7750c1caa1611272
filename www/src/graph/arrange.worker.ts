import { arrange } from './arrange.ts';
import type { Order } from './order.ts';

// Beside the page, so that typing never waits for a layout.
addEventListener('message', ({ data }: MessageEvent<Order>) => postMessage(arrange(data)));

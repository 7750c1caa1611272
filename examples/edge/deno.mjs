// A server on Deno: `deno run --allow-net deno.mjs [PORT]`.
import { judge } from './judge.mjs';

Deno.serve({ hostname: '127.0.0.1', port: Number(Deno.args[0] ?? 8000) }, judge);

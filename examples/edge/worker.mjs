// A Cloudflare Worker: `npx wrangler dev`.
import { judge } from './judge.mjs';

export default { fetch: judge };

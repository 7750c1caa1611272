// The studio in another engine: all that a visit is about, and a run of another process watched.
import { test } from 'node:test';

import { live, RELEASE, watchToTheEnd } from '../studio/looker.mjs';
import '../studio/studio.test.mjs';

test('a run of another process is watched from its first step to its end', live(watchToTheEnd, { files: RELEASE }));

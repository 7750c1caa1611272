// All in one process, so that one browser, and for most tests one page, serves all; beside it looks.test.mjs.
import './documents.mjs';
import './findings.mjs';
import './steps.mjs';
import './lifecycle.mjs';
import './state_diagrams.mjs';
import './snapshots.mjs';
import './kills.mjs';
import './runs.mjs';
import './run_kills.mjs';
import './graph.mjs';
import './timeline.mjs';
import './remains.mjs';
import './travel.mjs';
import './share.mjs';
import './journals.mjs';

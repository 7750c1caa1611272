import './styles/tokens.css';
import './styles/page.css';
import './styles/controls.css';
import './styles/state.css';

import { render } from 'preact';

import { App } from './app.tsx';
import { markFindings } from './editor/marks.tsx';
import { replaceText } from './editor/view.ts';
import { FIRST_EXAMPLE, loadExample } from './examples/examples.ts';
import { drawGraph } from './graph/drawing.ts';
import { token } from './live/access.ts';
import { beginLive } from './live/begin.ts';
import { saveDefinition, takeDrops } from './open/open.ts';
import { openLink } from './share/link.ts';
import { planAhead } from './state/ahead.ts';
import { judgeText } from './state/analysis.ts';
import { fileName } from './state/document.ts';
import { guardSagas } from './state/kills.ts';
import { recall, remember } from './state/memory.ts';

export function start(): void {
  const last = recall();
  if (last) {
    fileName.value = last.fileName;
    replaceText(last.text);
  } else {
    loadExample(FIRST_EXAMPLE);
  }
  judgeText();
  void openLink();
  addEventListener('hashchange', () => void openLink());
  markFindings();
  remember();
  guardSagas();
  drawGraph();
  planAhead();
  takeDrops();
  if (token !== undefined) beginLive();
  render(<App />, document.body);

  document.addEventListener('keydown', (event) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    saveDefinition();
  });
}

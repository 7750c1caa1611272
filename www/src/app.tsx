import { Editor } from './editor/editor.tsx';
import { openDefinition, saveDefinition } from './editor/files.ts';
import { examples } from './examples/examples.ts';
import { chooseFile } from './file/file.ts';
import { GraphPanel } from './graph/graph.tsx';
import { KillSwitchPanel } from './kill/kill-switch.tsx';
import { Lifecycle } from './lifecycle/lifecycle.tsx';
import { token } from './live/access.ts';
import { Live } from './live/live.tsx';
import { Log } from './log/log.tsx';
import { Problems } from './problems/problems.tsx';
import { Run } from './run/run.tsx';
import { notice } from './state/notice.ts';
import { isElsewhere } from './state/saga.ts';
import { Steps } from './steps/steps.tsx';
import mark from './styles/mark.svg';
import { Timeline } from './timeline/timeline.tsx';
import { Icon } from './ui/icon.tsx';
import { Menu } from './ui/menu.tsx';

export function App() {
  return (
    <>
      <header class="bar">
        <h1><img src={mark} alt="" width="24" height="24" /> Sagaward <span>studio</span></h1>
        <div class="row">
          <Menu label="Examples" items={examples} />
          <button type="button" class="button" onClick={() => chooseFile((file) => void openDefinition(file))}>Open</button>
          <button type="button" class="button" onClick={saveDefinition}>Save</button>
        </div>
      </header>
      <div role="alert">
        {notice.value && (
          <p class="notice">
            {notice.value}
            <button type="button" class="button quiet" aria-label="Dismiss" onClick={() => (notice.value = undefined)}><Icon name="close" /></button>
          </p>
        )}
      </div>
      <main>
        {token !== undefined && <Live />}
        <div class="bench define" hidden={isElsewhere.value}>
          <Editor />
          <Problems />
          <Steps />
        </div>
        <Run />
        <div class="bench live">
          <GraphPanel />
          <KillSwitchPanel />
          <Timeline />
          <Log />
        </div>
        <Lifecycle />
      </main>
    </>
  );
}

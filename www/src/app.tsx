import { Editor } from './editor/editor.tsx';
import { examples } from './examples/examples.ts';
import { GraphPanel } from './graph/graph.tsx';
import { KillSwitchPanel } from './kill/kill-switch.tsx';
import { Lifecycle } from './lifecycle/lifecycle.tsx';
import { token } from './live/access.ts';
import { Live } from './live/live.tsx';
import { Log } from './log/log.tsx';
import { Past } from './log/past.tsx';
import { chooseFile } from './open/file.ts';
import { openFile, saveDefinition } from './open/open.ts';
import { Problems } from './problems/problems.tsx';
import { Remains } from './remains/remains.tsx';
import { Run } from './run/run.tsx';
import { shareLink } from './share/link.ts';
import { SharedLink } from './share/shared-link.tsx';
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
          <button type="button" class="button" onClick={() => chooseFile((file) => void openFile(file))}>Open</button>
          <button type="button" class="button" onClick={saveDefinition}>Save</button>
          <button type="button" class="button" onClick={() => void shareLink()}>Share</button>
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
      <SharedLink />
      <Past />
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
          <Remains />
          <Timeline />
          <Log />
        </div>
        <Lifecycle />
      </main>
    </>
  );
}

import { Editor } from './editor/editor.tsx';
import { examples } from './examples/examples.ts';
import { chooseFile, saveFile } from './file/file.ts';
import { Problems } from './problems/problems.tsx';
import { notice } from './state/notice.ts';
import { Steps } from './steps/steps.tsx';
import mark from './styles/mark.svg';
import { Icon } from './ui/icon.tsx';
import { Menu } from './ui/menu.tsx';

export function App() {
  return (
    <>
      <header class="bar">
        <h1><img src={mark} alt="" width="24" height="24" /> Sagaward <span>studio</span></h1>
        <div class="bar-tools">
          <Menu label="Examples" items={examples} />
          <button type="button" class="button" onClick={chooseFile}>Open</button>
          <button type="button" class="button" onClick={saveFile}>Save</button>
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
      <main class="workbench">
        <Editor />
        <Problems />
        <Steps />
      </main>
    </>
  );
}

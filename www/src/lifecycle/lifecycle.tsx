import './lifecycle.css';

import { useRef } from 'preact/hooks';

import { chooseFile } from '../open/file.ts';
import { analysis } from '../state/analysis.ts';
import { isElsewhere, isOfText } from '../state/saga.ts';
import { moment } from '../state/travel.ts';
import { Menu } from '../ui/menu.tsx';
import { createSaga } from './create.ts';
import { PasteForm } from './paste-form.tsx';
import { RefusalNote } from './refusal.tsx';
import { SagaCard } from './saga-card.tsx';
import { copySnapshot, done, pasting, restoreFile, saveLog, saveSnapshot } from './snapshot.ts';
import { StepRows } from './step-rows.tsx';

const ANY_TIME = [
  { label: 'Restore from a file…', choose: () => chooseFile((file) => void restoreFile(file)) },
  { label: 'Restore from pasted text…', choose: () => (pasting.value = true) },
];

const OF_A_SAGA = [
  { label: 'Keep as a file', detail: 'State, steps and results; all but the log', choose: saveSnapshot },
  { label: 'Keep the log as a file', detail: 'An event on each line, as journals have them', choose: saveLog },
  { label: 'Copy', choose: () => void copySnapshot() },
];

export function Lifecycle() {
  const panel = useRef<HTMLElement>(null);
  const { report } = analysis.value;
  const elsewhere = isElsewhere.value;
  const mayRun = !elsewhere && !(report instanceof Error) && report.valid;
  const shown = moment.value;

  const create = () => {
    if (!mayRun) return;
    createSaga();
    panel.current?.scrollIntoView();
  };

  return (
    <section class="panel lifecycle" aria-labelledby="lifecycle-heading" ref={panel}>
      <header class="panel-header">
        <h2 id="lifecycle-heading">Lifecycle</h2>
        <div class="row">
          {!mayRun && <span class="hint-inline" id="create-refused">{elsewhere ? 'Another process runs this saga.' : 'The definition may not run yet.'}</span>}
          <button type="button" class="button primary" aria-disabled={mayRun ? undefined : 'true'} aria-describedby={mayRun ? undefined : 'create-refused'} onClick={create}>
            Create saga
          </button>
          <Menu label="Snapshot" items={shown ? [...OF_A_SAGA, ...ANY_TIME] : ANY_TIME} />
        </div>
      </header>
      <RefusalNote />
      {pasting.value && <PasteForm />}
      <p class="unseen" role="status">{done.value}</p>
      {shown
        ? (
          <>
            {!isOfText.value && <p class="remark">The text was changed since: this is the saga that there was before.</p>}
            <SagaCard moment={shown} />
            <StepRows key={shown.snapshot.saga_id} moment={shown} />
          </>
        )
        : <p class="remark">Create a saga from the definition, or restore a snapshot: here you see the state of each step and move it by hand, as far as the state machines allow.</p>}
    </section>
  );
}

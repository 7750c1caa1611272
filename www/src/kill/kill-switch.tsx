import './kill.css';

import { agents, history, underWay } from '../state/kills.ts';
import { isReadOnly } from '../state/travel.ts';
import { KillForm } from './kill-form.tsx';
import { Record } from './record.tsx';
import { told, ToldKill } from './told.tsx';

const MOST_LISTED = 100;

export function KillSwitchPanel() {
  const records = history.value.toReversed();
  const count = records.length + told.value.length;
  return (
    <section class="panel kill-switch" aria-labelledby="kill-heading">
      <header class="panel-header">
        <h2 id="kill-heading">Kill switch</h2>
        {count > 0 && <span class="count">{count} {count === 1 ? 'kill' : 'kills'}</span>}
      </header>
      {agents.value.length > 0
        ? <KillForm agents={agents.value} readOnly={isReadOnly.value} />
        : <p class="remark">The agents of a saga are registered here, to be stopped one by one; a substitute takes over what an agent was executing, or the saga is rolled back.</p>}
      {underWay.value > 0 && <p class="remark" role="status">The kill waits for an agent or a substitute, until they answer or their time is up.</p>}
      {count > 0 && (
        <ol class="records" aria-label="Kills, the last one first">
          {records.slice(0, MOST_LISTED).map((record, index) => <li key={record.kill_id}><Record record={record} last={index === 0} /></li>)}
          {told.value.slice(0, MOST_LISTED).map((kill) => <li key={kill.killId}><ToldKill kill={kill} /></li>)}
        </ol>
      )}
    </section>
  );
}

import './kill.css';

import { agents, history } from '../state/kills.ts';
import { KillForm } from './kill-form.tsx';
import { Record } from './record.tsx';

const MOST_LISTED = 100;

export function KillSwitchPanel() {
  const records = history.value.toReversed();
  return (
    <section class="panel kill-switch" aria-labelledby="kill-heading">
      <header class="panel-header">
        <h2 id="kill-heading">Kill switch</h2>
        {records.length > 0 && <span class="count">{records.length} {records.length === 1 ? 'kill' : 'kills'}</span>}
      </header>
      {agents.value.length > 0
        ? <KillForm agents={agents.value} />
        : <p class="remark">The agents of a saga are registered here, to be stopped one by one; a substitute takes over what an agent was executing, or the saga is rolled back.</p>}
      {records.length > 0 && (
        <ol class="records" aria-label="Kills, the last one first">
          {records.slice(0, MOST_LISTED).map((record, index) => <li key={record.kill_id}><Record record={record} last={index === 0} /></li>)}
        </ol>
      )}
    </section>
  );
}

import './live.css';

import { Icon } from '../ui/icon.tsx';
import { List } from './list.tsx';
import { connection, count, KINDS, type Kind, kind, listed, row, unlisted, words } from './sagas.ts';
import { standing, unwatch, watched } from './watched.ts';

/** The sagas of the journal that the server shows, and which of them the page shows. */
export function Live() {
  return (
    <section class="panel live-sagas" aria-labelledby="live-heading">
      <header class="panel-header">
        <h2 id="live-heading">Live</h2>
        <Connection />
      </header>
      <div class="live-filter">
        <input type="search" aria-label="Filter sagas" placeholder="Filter by id, name, agent, step…" value={words} onInput={({ currentTarget }) => (words.value = currentTarget.value)} />
        <select aria-label="Sagas that" value={kind} onChange={({ currentTarget }) => (kind.value = currentTarget.value as Kind)}>
          {Object.keys(KINDS).map((name) => <option key={name}>{name}</option>)}
        </select>
        <span class="count" role="status">{counted()}</span>
      </div>
      {count.value > 0
        ? <List rows={listed.value} />
        : <p class="remark">{connection.value.state === 'live' ? 'The journal has no saga yet; one that begins shows up here.' : 'Reading the journal…'}</p>}
      {unlisted.value > 0 && <p class="remark">{unlisted.value.toLocaleString('en')} more, written longer ago, are not listed.</p>}
      <Watched />
    </section>
  );
}

function counted(): string {
  const [shown, all] = [listed.value.length, count.value];
  const text = `${all.toLocaleString('en')} ${all === 1 ? 'saga' : 'sagas'}`;
  return shown === all ? text : `${shown.toLocaleString('en')} of ${text}`;
}

function Connection() {
  const { value } = connection;
  const text = { live: 'connected', reading: 'reading…', lost: value.state === 'lost' ? `${value.words} Trying again…` : '' }[value.state];
  return <p class="live-connection" data-connection={value.state} role="status"><Icon name={value.state === 'lost' ? 'warning' : value.state === 'live' ? 'valid' : 'waiting'} /> {text}</p>;
}

/** Which saga the rest of the page shows. */
function Watched() {
  const key = watched.value;
  if (key === undefined) return null;
  const shown = row(key);
  const { state, words } = standing.value;
  return (
    <div class="live-watched" data-standing={state}>
      <p role="status">
        <Icon name={state === 'trouble' ? 'warning' : 'to'} /> Below: <b>{shown && !('problem' in shown) ? shown.saga_id : key.slice(0, 12)}</b> {words}
      </p>
      <button type="button" class="button small" onClick={unwatch}>Close</button>
    </div>
  );
}

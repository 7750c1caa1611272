// The saga of trip.yaml run by the library, so that an agent can be killed in its midst.
import { httpActions, KillSwitch, run, Saga } from 'sagaward';

const HOTEL_AGENT = 'did:mesh:hotel-agent';
const SUBSTITUTE = 'did:mesh:hotel-agent-2';
const session_id = 'session:trip';

const booking = (id, agent, more) => ({ id, action_id: `data.book-${id}`, agent, execute_api: `/${id}/book`, undo_api: `/${id}/cancel`, ...more });
const definition = {
  name: 'A trip to Lisbon',
  session_id,
  steps: [booking('flight', 'did:mesh:flight-agent'), booking('hotel', HOTEL_AGENT)],
};

export async function handOff(agents, say) {
  const killSwitch = new KillSwitch();
  killSwitch.registerAgent(HOTEL_AGENT, () => say('the hotel agent is told to end, and does'));
  killSwitch.registerSubstitute(session_id, SUBSTITUTE);

  // It works for ever; as soon as it begins it is found to drift.
  const drifts = new Promise((resolve) => {
    agents.troubles.set('/hotel/book', (agent) => (agent === HOTEL_AGENT ? (resolve(), new Promise(() => {})) : undefined));
  });
  const saga = Saga.fromDefinition(definition, { saga_id: 'trip-3' });
  const running = run(saga, {
    ...httpActions({ baseUrl: agents.baseUrl }),
    killSwitch,
    onEvent(event) {
      if (event.type === 'attempt_started') say(`${event.step_id}: attempt ${event.attempt} by ${saga.step(event.step_id).agent_did}`);
      if (event.type === 'step_handed_off') say(`${event.step_id}: handed from ${event.from_agent} to ${event.to_agent}`);
      if (event.type === 'step_transitioned') say(`${event.step_id}: ${event.to}`);
    },
  });
  await drifts;
  const { termination, duration_ms } = await killSwitch.kill({ agent_did: HOTEL_AGENT, session_id, reason: 'behavioral_drift' });
  say(`killed: ${termination} after ${Math.round(duration_ms)} ms`);
  const { outcome } = await running;
  say(`trip-3: ${outcome}`);
}

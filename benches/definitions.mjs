// Definitions of a given length, as a team would write them.

const KINDS = ['validate.inputs', 'data.extract', 'model.evaluate', 'deploy.rollout', 'notify.owners'];

export function definition(count) {
  return {
    name: 'Nightly evaluation',
    session_id: 'session:nightly',
    steps: Array.from({ length: count }, (_, i) => step(i)),
  };
}

function step(i) {
  return {
    id: `step-${i}`,
    action_id: KINDS[i % KINDS.length],
    agent: `did:mesh:worker-${i % 7}`,
    execute_api: `/services/${i}/run`,
    undo_api: `/services/${i}/undo`,
    timeout: 300,
    retries: 2,
    depends_on: [i - 1, i - 5].filter((earlier) => earlier >= 0).map((earlier) => `step-${earlier}`),
  };
}

/** Definitions that fail, each by another part of the work: all candidates must see it. */
export const faulty = {
  'a missing agent': changed((last) => delete last.agent),
  'an unknown key': changed((last) => (last.time_out = 1)),
  'a timeout too long': changed((last) => (last.timeout = 86_401)),
  'a dependency twice': changed((last) => (last.depends_on = ['step-0', 'step-0'])),
  'a duplicate id': changed((last) => (last.id = 'step-0')),
  'an unknown prefix': changed((last) => (last.action_id = 'database.migrate')),
  'no undo': changed((last) => (last.undo_api = null)),
  'an unknown dependency': changed((last) => (last.depends_on = ['step-9'])),
  'a cycle': changed((last, steps) => (steps[0].depends_on = [last.id])),
};

function changed(change) {
  const broken = definition(5);
  change(broken.steps.at(-1), broken.steps);
  return broken;
}

// What holds in every runtime: one list of checks, run in each of them over the
// package as it was imported there. No module of any platform is used.

export const definition = {
  name: 'release',
  session_id: 'session-1',
  steps: [
    { id: 'build', action_id: 'deploy.build', agent: 'did:mesh:builder', undo_api: '/undo/build' },
    { id: 'ship', action_id: 'deploy.ship', agent: 'did:mesh:shipper', undo_api: '/undo/ship', depends_on: ['build'] },
  ],
};
const twins = { ...definition, steps: [definition.steps[0], definition.steps[0]] };
const duplicate = "Duplicate step ID: 'build'";

const checks = {
  'a valid value is valid': ({ validate }) => {
    equal(validate(definition), { valid: true, diagnostics: [], truncated: false, errors: [] });
  },
  'a fault in a value has its rule, place and message': ({ validate }) => {
    const { valid, diagnostics, errors } = validate(twins);
    equal([valid, errors], [false, [duplicate]]);
    const [{ rule, severity, pointer, step_id, range }] = diagnostics;
    equal({ rule, severity, pointer, step_id }, { rule: 'duplicate_step_id', severity: 'error', pointer: '/steps/1/id', step_id: 'build' });
    equal(range, undefined);
  },
  'a fault in text has its range': ({ validateText }) => {
    const text = '{"name": "é😀", "session_id": "s", "steps": 5}';
    const [{ rule, range }] = validateText(text).diagnostics;
    const at = text.indexOf('5');
    equal(rule, 'type');
    equal(range, {
      start: { line: 1, column: at + 1, offset: at },
      end: { line: 1, column: at + 2, offset: at + 1 },
    });
  },
  'text and its bytes are judged alike': ({ validateText }) => {
    const text = JSON.stringify({ ...twins, name: '日本 😀' }, null, 2);
    equal(validateText(new TextEncoder().encode(text)), validateText(text));
  },
  'the verdict agrees with the report': ({ isValid, isValidText }) => {
    equal([definition, twins, 'text', null].map((value) => isValid(value)), [true, false, false, false]);
    equal([definition, twins, 'text', null].map((value) => isValidText(JSON.stringify(value))), [true, false, false, false]);
  },
  'options change the judgement, wrong ones throw': ({ isValid, validate, SagawardError }) => {
    const unknown = { ...definition, steps: [{ ...definition.steps[0], action_id: 'own.thing' }] };
    equal(isValid(unknown), false);
    equal(isValid(unknown, { rules: { unknown_action_prefix: 'off' } }), true);
    equal(isValid(unknown, { actionPrefixes: ['own.'] }), true);
    for (const judge of [validate, isValid]) {
      const error = thrown(() => judge(definition, { limits: { maxSteps: 'many' } }));
      equal([error instanceof SagawardError, error.code], [true, 'bad_option']);
    }
  },
  'an invalid definition throws SagaSchemaError where it is demanded': ({ assertValid, parseDefinition, SagaSchemaError, SagawardError }) => {
    equal(assertValid(definition), undefined);
    for (const demand of [() => assertValid(twins), () => parseDefinition(JSON.stringify(twins))]) {
      const error = thrown(demand);
      equal([SagaSchemaError, SagawardError, Error].map((type) => error instanceof type), [true, true, true]);
      const { name, code, message, errors, diagnostics } = error;
      equal({ name, code, message, errors }, {
        name: 'SagaSchemaError',
        code: 'invalid_definition',
        message: `Saga definition has 1 validation error(s):\n  - ${duplicate}`,
        errors: [duplicate],
      });
      equal(diagnostics.length, 1);
    }
  },
  'a definition is read from text and bytes': ({ parseDefinition }) => {
    const text = JSON.stringify(definition);
    equal([text, new TextEncoder().encode(text)].map((json) => parseDefinition(json)), [definition, definition]);
  },
  'what is no JSON throws not_json': ({ validate, SagawardError }) => {
    const cyclic = { ...definition };
    cyclic.metadata = { cyclic };
    for (const value of [cyclic, undefined, () => {}, { ...definition, metadata: { big: 1n } }]) {
      const error = thrown(() => validate(value));
      equal([error instanceof SagawardError, error.code], [true, 'not_json']);
    }
  },
  'a run retries, and undoes what was done': async ({ run, Saga }) => {
    const calls = [];
    const saga = Saga.fromDefinition({ ...definition, steps: definition.steps.map((step) => ({ ...step, retries: 1 })) });
    const { outcome, error } = await run(saga, {
      retry: { delayMs: 1 },
      execute: async ({ step_id }, { attempt, results }) => {
        calls.push([step_id, attempt, results]);
        if (step_id === 'ship' || attempt === 1) throw new Error('not now');
        return { did: step_id };
      },
      compensate: ({ step_id, execute_result }) => void calls.push(['undo', step_id, execute_result]),
    });
    equal([outcome, error, saga.outcome], ['rolled_back', "step 'ship' failed: not now", 'rolled_back']);
    const results = { build: { did: 'build' } };
    equal(calls, [['build', 1, {}], ['build', 2, {}], ['ship', 1, results], ['ship', 2, results], ['undo', 'build', { did: 'build' }]]);
  },
  'a signal cancels a run and aborts its actions': async ({ run, Saga }) => {
    const controller = new AbortController();
    const running = run(Saga.fromDefinition(definition), {
      signal: controller.signal,
      execute: (_, { signal }) => new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        controller.abort(new Error('enough'));
      }),
      compensate: () => {},
    });
    const { outcome, error } = await running;
    equal([outcome, error], ['rolled_back', 'cancelled: enough']);
  },
  'steps are called over HTTP': async ({ run, Saga, httpActions }) => {
    const steps = definition.steps.map((step) => ({ ...step, execute_api: `/do/${step.id}` }));
    const fetch = async (url, { method, headers }) => Response.json([method, url, headers.get('content-type')]);
    const { outcome, saga } = await run(Saga.fromDefinition({ ...definition, steps }), httpActions({ baseUrl: 'https://agents.example/v1', fetch }));
    equal([outcome, saga.step('ship').execute_result], ['succeeded', ['POST', 'https://agents.example/v1/do/ship', 'application/json']]);
  },
  'the constants are there and frozen': ({ SAGA_DEFINITION_SCHEMA, VALID_ACTION_PREFIXES }) => {
    equal(SAGA_DEFINITION_SCHEMA.title, 'SagaDefinition');
    equal(VALID_ACTION_PREFIXES[0], 'model.');
    equal([SAGA_DEFINITION_SCHEMA.properties.steps.items.required, VALID_ACTION_PREFIXES].map(Object.isFrozen), [true, true]);
  },
};

/** Runs all checks and says what each came to: `{ 'a check': 'ok', … }`, or what went wrong. */
export async function conform(sagaward) {
  const outcome = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check(sagaward);
      outcome[name] = 'ok';
    } catch (error) {
      outcome[name] = String(error);
    }
  }
  return outcome;
}

/** What `conform` gives where all is well. */
export const conforming = Object.fromEntries(Object.keys(checks).map((name) => [name, 'ok']));

function equal(actual, expected) {
  const [was, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (was !== wanted) throw new Error(`expected ${wanted}, got ${was}`);
}

function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

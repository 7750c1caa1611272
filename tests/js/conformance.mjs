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
  'every kind of fault is found': ({ validate, validateText }) => {
    const [build, ship] = definition.steps;
    const stepwise = (...steps) => ({ ...definition, steps });
    const faults = {
      'structure: min_items, required, type': validate({ session_id: 5, steps: [] }),
      'structure: additional_properties': validate({ ...definition, extra: 1 }),
      'meaning: duplicate_step_id, unknown_action_prefix, missing_undo_api': validate(stepwise(build, { id: 'build', action_id: 'own.thing', agent: 'did:a' })),
      'graph: dependency_cycle': validate(stepwise({ ...build, depends_on: ['ship'] }, ship)),
      'graph: unknown_dependency': validate(stepwise(ship)),
      'text: invalid_json': validateText('{"name": 1e400}'),
      'text: duplicate_key': validateText(JSON.stringify(definition).replace('{', '{"name":"first",')),
      'value: invalid_json': validate({ ...definition, name: '\ud800' }),
      'limit: document_too_large': validateText(JSON.stringify(definition), { limits: { maxBytes: 20 } }),
      'limit: document_too_deep': validate({ ...definition, metadata: { a: { b: [] } } }, { limits: { maxDepth: 3 } }),
      'limit: too_many_steps': validate(definition, { limits: { maxSteps: 1 } }),
    };
    for (const [expected, { diagnostics }] of Object.entries(faults)) {
      const rules = [...new Set(diagnostics.map(({ rule }) => rule))].sort();
      equal(rules, expected.split(': ')[1].split(', ').sort());
    }
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
  'an action says itself that it must not be tried again': async ({ run, Saga, ActionError }) => {
    const error = new ActionError('refused', { retryable: false, effect: 'none' });
    equal([error instanceof Error, error.name], [true, 'ActionError']);
    let attempts = 0;
    const { outcome } = await run(Saga.fromDefinition({ ...definition, steps: [{ ...definition.steps[0], retries: 5 }] }), {
      execute: () => {
        attempts += 1;
        throw error;
      },
      compensate: () => {},
    });
    equal([outcome, attempts], ['failed', 1]);
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
  'a saga goes the ways of its state machine, and no other': ({ Saga, SagaStateError, SagawardError, STEP_TRANSITIONS }) => {
    const saga = Saga.fromDefinition(definition, { saga_id: 'saga:1', now: () => 0 });
    const told = [];
    const stop = saga.subscribe(({ seq, type }) => told.push([seq, type]));
    saga.transitionStep('build', 'executing');
    saga.transitionStep('build', 'committed', { result: { image: 'é😀', __proto__: null } });
    stop();
    const error = thrown(() => saga.transitionStep('build', 'pending'));
    equal([error instanceof SagaStateError, error instanceof SagawardError, error.name, error.code], [true, true, 'SagaStateError', 'illegal_transition']);
    equal([error.subject, error.id, error.from, error.to, error.allowed], ['step', 'build', 'committed', 'pending', STEP_TRANSITIONS.committed]);
    equal(told, [[2, 'step_transitioned'], [3, 'step_transitioned']]);
    saga.transition('completed');
    equal([saga.state, saga.outcome, saga.completedAt, saga.step('build').execute_result], ['completed', 'succeeded', '1970-01-01T00:00:00.000Z', { image: 'é😀' }]);
    saga.free();
    saga.free();
    equal(thrown(() => saga.state).code, 'closed');
  },
  'a saga outlives itself by snapshot and by log': ({ Saga }) => {
    const saga = Saga.fromDefinition(definition, { saga_id: 'saga:1' });
    saga.transitionStep('build', 'executing');
    const early = JSON.parse(JSON.stringify(saga.snapshot()));
    saga.transitionStep('build', 'committed', { result: [1, 'two'] });
    const log = JSON.parse(JSON.stringify(saga.log()));
    for (const again of [Saga.restore(saga.snapshot()), Saga.restore(early, saga.log(early.seq + 1)), Saga.replay(log)]) {
      equal([again.seq, again.toDict(), again.steps(), again.snapshot()], [saga.seq, saga.toDict(), saga.steps(), saga.snapshot()]);
    }
    equal(thrown(() => Saga.replay(log.slice(1))).code, 'bad_log');
    equal(thrown(() => Saga.restore({ ...early, version: 99 })).code, 'bad_snapshot');
  },
  'a kill awaits an async callback, and hands the step to a substitute': async ({ KillSwitch, Saga, run }) => {
    const killSwitch = new KillSwitch();
    const workers = [];
    let work;
    const underWay = new Promise((resolve) => (work = resolve));
    const running = run(Saga.fromDefinition(definition), {
      killSwitch,
      execute: ({ step_id, agent_did }, { signal }) => {
        workers.push(`${step_id} by ${agent_did}`);
        if (agent_did !== 'did:mesh:shipper') return agent_did;
        work();
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      compensate: () => {},
    });
    let ended = false;
    killSwitch.registerAgent('did:mesh:shipper', async ({ reason, signal }) => {
      await later(5);
      ended = reason === 'manual' && !signal.aborted;
    });
    killSwitch.registerSubstitute('session-1', 'did:mesh:substitute', async ({ step_id }) => step_id === 'ship');
    await underWay;
    const { terminated, termination, handoffs, handoff_success_count } = await killSwitch.kill({ agent_did: 'did:mesh:shipper', session_id: 'session-1', reason: 'manual' });
    equal([ended, terminated, termination, handoff_success_count], [true, true, 'confirmed', 1]);
    equal(handoffs.map(({ step_id, to_agent, status }) => [step_id, to_agent, status]), [['ship', 'did:mesh:substitute', 'handed_off']]);
    equal([(await running).outcome, workers], ['succeeded', ['build by did:mesh:builder', 'ship by did:mesh:shipper', 'ship by did:mesh:substitute']]);
    const restored = KillSwitch.restore(killSwitch.snapshot());
    equal([restored.isKilled('did:mesh:shipper'), restored.totalHandoffs, killSwitch.signal('did:mesh:shipper').aborted], [true, 1, true]);
  },
  'a kill does not wait for ever, and what fails in it is recorded': async ({ KillSwitch }) => {
    const killSwitch = new KillSwitch({ callbackTimeoutMs: 10 });
    const told = [];
    const ends = {
      timed_out: ({ signal }) => new Promise(() => signal.addEventListener('abort', () => told.push('time is up'))),
      threw: async () => { throw new Error('cannot'); },
      signalled: new AbortController(),
      no_handler: undefined,
    };
    for (const [agent, end] of Object.entries(ends)) if (end) killSwitch.registerAgent(agent, end);
    const kill = (agent_did) => killSwitch.kill({ agent_did, session_id: 's', reason: 'ring_breach', in_flight_steps: [{ step_id: 'a' }] });
    const records = await Promise.all(Object.keys(ends).map(kill));
    equal(records.map(({ termination, terminated, compensation_triggered }) => [termination, terminated, compensation_triggered]), Object.keys(ends).map((end) => [end, false, true]));
    equal([told, ends.signalled.signal.aborted, (await kill('threw')).termination, killSwitch.totalKills], [['time is up'], true, 'already_killed', 5]);
  },
  'a limiter lets through what its ring allows': ({ AgentRateLimiter, RateLimitExceeded, SagawardError }) => {
    let now = 0;
    const limiter = new AgentRateLimiter({ now: () => now });
    equal(Array.from({ length: 11 }, () => limiter.tryCheck('did:a', 's', 3)), [...Array(10).fill(true), false]);
    const error = thrown(() => limiter.check('did:a', 's', 3));
    equal([error instanceof RateLimitExceeded, error instanceof SagawardError, error.code, error.ring, error.retry_after_ms], [true, true, 'rate_limit_exceeded', 3, 200]);
    now = 200;
    equal([limiter.check('did:a', 's', 3), limiter.decide('did:a', 's', 3).allowed, limiter.trackedAgents], [true, false, 1]);
    equal(thrown(() => limiter.check('did:a', 's', 3, 11)).code, 'cost_exceeds_burst');
  },
  'memory that is exhausted by one document harms no other, nor a saga': ({ Saga, SagawardError, isValid, isValidText, validateText }) => {
    const saga = Saga.fromDefinition(definition);
    // Four gigabytes of zeros that no machine has to hold: nothing ever touches them.
    const endless = new Uint8Array(new WebAssembly.Memory({ initial: 65536 }).buffer);
    for (const judge of [isValidText, validateText]) {
      const error = thrown(() => judge(endless, { limits: { maxBytes: 2 ** 32 - 1 } }));
      equal([error instanceof SagawardError, error.code, error.cause instanceof Error], [true, 'trapped', true]);
      equal([isValid(definition), isValid(twins), saga.state], [true, false, 'running']);
    }
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

function later(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

import { json, object } from './arguments.js';
import { askCore, Saga } from './saga.js';
import type { Plan, ValidateOptions } from './sagaward_bg.js';

export interface PlanOptions extends ValidateOptions {
  /** Ids of steps without effect, as `run` takes them; a saga that a run drives knows its own. */
  nothingToUndo?: string[];
}

/**
 * What a definition, or a saga from where it stands, is going to do: which steps may run at the same
 * time, and what a failure of each would undo, and could not. Nothing is called, nothing changes.
 * Throws SagaSchemaError where the definition is invalid.
 */
export function plan(of: unknown, options: PlanOptions = {}): Plan {
  const { nothingToUndo = [], ...validation } = object(options, 'the options');
  const settings = json({ nothingToUndo }, 'the options');
  if (of instanceof Saga) return planned(of, settings);
  const saga = Saga.fromDefinition(of, validation);
  try {
    return planned(saga, settings);
  } finally {
    saga.free();
  }
}

function planned(saga: Saga, settings: string): Plan {
  return JSON.parse(askCore(saga, (core) => core.plan(settings))) as Plan;
}

import { reason } from '../arguments.js';
import { isFreed, type Saga, type SagaInput } from '../saga.js';
import { type Deadline, TIME_UP } from './deadline.js';

/** Tells a saga what a kill causes; what it returns is awaited. */
export type Dispatch = (input: SagaInput) => unknown;

export interface AttachedSaga {
  readonly id: number;
  readonly saga: Saga;
  dispatch: Dispatch;
  readonly unsubscribe: () => void;
}

/** What a kill switch learns of the steps of attached sagas. */
export interface AttachedListener {
  /** A killed agent's action has ended. */
  settled(attachment: number, stepId: string): void;
  /** The saga decided by itself who has the step now: a substitute, or nobody. */
  decided(attachment: number, stepId: string, toAgent: string | undefined): void;
}

/** The sagas whose steps a kill finds and moves. */
export class AttachedSagas {
  readonly #attached = new Map<Saga, AttachedSaga>();
  readonly #listener: AttachedListener;
  readonly #byId = new Map<number, AttachedSaga>();
  #last = 0;

  constructor(listener: AttachedListener) {
    this.#listener = listener;
  }

  /** Those in use; one that was freed is let go. */
  list(): AttachedSaga[] {
    for (const saga of this.#attached.keys()) if (isFreed(saga)) this.detach(saga);
    return [...this.#attached.values()];
  }

  of(saga: Saga): AttachedSaga | undefined {
    return this.#attached.get(saga);
  }

  find(id: number): AttachedSaga | undefined {
    const found = this.#byId.get(id);
    return found && !isFreed(found.saga) ? found : undefined;
  }

  attach(saga: Saga, dispatch: Dispatch): AttachedSaga {
    const known = this.#attached.get(saga);
    if (known) {
      known.dispatch = dispatch;
      return known;
    }
    const id = ++this.#last;
    const unsubscribe = saga.subscribe((event) => {
      if (event.type === 'attempt_settled' || event.type === 'attempt_lost') this.#listener.settled(id, event.step_id);
      if (event.type === 'step_handed_off') this.#listener.decided(id, event.step_id, event.to_agent);
      if (event.type === 'step_abandoned' || event.type === 'assumed_committed') this.#listener.decided(id, event.step_id, undefined);
    });
    const attached = { id, saga, dispatch, unsubscribe };
    this.#attached.set(saga, attached);
    this.#byId.set(id, attached);
    return attached;
  }

  detach(saga: Saga): void {
    const attached = this.#attached.get(saga);
    if (!attached) return;
    attached.unsubscribe();
    this.#attached.delete(saga);
    this.#byId.delete(attached.id);
  }
}

/**
 * Tells a saga; where its driver fails to, the saga itself, for a fence must hold. What went wrong,
 * or a promise of it where the driver is asynchronous: it never rejects and never takes longer than the timeout.
 */
export function tell({ saga, dispatch }: AttachedSaga, input: SagaInput, begin: () => Deadline): string | undefined | Promise<string | undefined> {
  const failed = (error: unknown): string => {
    try {
      saga.handle(input);
    } catch {
      // Freed or poisoned: nothing of it can move any more.
    }
    return `saga: ${reason(error)}`;
  };
  try {
    const said = dispatch(input);
    return isThenable(said) ? settled(said, begin()).catch(failed) : undefined;
  } catch (error) {
    return failed(error);
  }
}

async function settled(driving: PromiseLike<unknown>, deadline: Deadline): Promise<undefined> {
  try {
    if ((await Promise.race([driving, deadline.passed])) === TIME_UP) throw new Error(`its driver did not settle within ${deadline.ms} ms`);
  } finally {
    deadline.clear();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

import { reason } from '../arguments.js';
import { isFreed, type Saga, type SagaInput } from '../saga.js';

export type Dispatch = (input: SagaInput) => void;

export interface AttachedSaga {
  readonly id: number;
  readonly saga: Saga;
  dispatch: Dispatch;
  readonly unsubscribe: () => void;
}

/** The sagas whose steps a kill finds and moves. */
export class AttachedSagas {
  readonly #attached = new Map<Saga, AttachedSaga>();
  readonly #onSettled: (attachment: number, stepId: string) => void;
  #last = 0;

  constructor(onSettled: (attachment: number, stepId: string) => void) {
    this.#onSettled = onSettled;
  }

  /** Those in use; one that was freed is let go. */
  list(): AttachedSaga[] {
    for (const saga of this.#attached.keys()) if (isFreed(saga)) this.detach(saga);
    return [...this.#attached.values()];
  }

  attach(saga: Saga, dispatch: Dispatch): AttachedSaga {
    const known = this.#attached.get(saga);
    if (known) {
      known.dispatch = dispatch;
      return known;
    }
    const id = ++this.#last;
    const unsubscribe = saga.subscribe((event) => {
      if (event.type === 'attempt_settled' || event.type === 'attempt_lost') this.#onSettled(id, event.step_id);
    });
    const attached = { id, saga, dispatch, unsubscribe };
    this.#attached.set(saga, attached);
    return attached;
  }

  detach(saga: Saga): void {
    this.#attached.get(saga)?.unsubscribe();
    this.#attached.delete(saga);
  }
}

/** Tells a saga; where its driver fails to, the saga itself, for a fence must hold. */
export function tell({ saga, dispatch }: AttachedSaga, input: SagaInput): string | undefined {
  try {
    dispatch(input);
    return undefined;
  } catch (error) {
    try {
      saga.handle(input);
    } catch {
      // Freed or poisoned: nothing of it can move any more.
    }
    return `saga: ${reason(error)}`;
  }
}

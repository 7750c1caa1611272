import type { SagaEvent, SagaState, StepState } from 'sagaward/slim';

import type { Box, Point } from '../graph/shape.ts';

/** A table of transitions and where its states stand, drawn from left to right and from top to bottom. */
export interface Machine<Name extends string> {
  readonly transitions: Readonly<Record<Name, readonly Name[]>>;
  readonly across: Layout<Name>;
  readonly down: Layout<Name>;
}

/** Middles and sizes, in units of which 16 are the size of the text. */
export interface Layout<Name extends string> {
  readonly width: number;
  readonly height: number;
  readonly states: Readonly<Record<Name, Box>>;
  readonly moves: readonly Move<Name>[];
}

interface Move<Name extends string> {
  readonly from: Name;
  readonly to: Name;
  readonly path: string;
  /** Where it arrives. */
  readonly tip: Point;
}

/** Whether some state leads there: the first is where a life begins, and nothing returns to it. */
export function isTarget<Name extends string>({ transitions }: Machine<Name>, name: Name): boolean {
  return Object.values<readonly Name[]>(transitions).some((targets) => targets.includes(name));
}

/** The states that a saga was in one after the other, as far as its log tells. */
export function wayOfSaga(log: readonly SagaEvent[]): SagaState[] {
  return log.flatMap((event) => (event.type === 'saga_created' ? ['running'] : event.type === 'saga_transitioned' ? [event.to] : []));
}

/** The same of a step. */
export function wayOfStep(log: readonly SagaEvent[], id: string): StepState[] {
  return log.flatMap((event) => {
    switch (event.type) {
      case 'saga_created':
        return ['pending'];
      case 'step_transitioned':
        return event.step_id === id ? [event.to] : [];
      case 'attempt_started':
        return event.step_id === id ? [event.action === 'execute' ? 'executing' : 'compensating'] : [];
      case 'assumed_committed':
        return event.step_id === id ? ['committed'] : [];
      default:
        return [];
    }
  });
}

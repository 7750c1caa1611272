import { signal } from '@preact/signals';
import { SagawardError } from 'sagaward/slim';

import { Icon } from '../ui/icon.tsx';

interface Refusal {
  readonly attempted: string;
  readonly error: SagawardError;
}

const refusal = signal<Refusal | undefined>(undefined);

/** Does what the package may refuse; whether it did not. */
export function attempt(attempted: string, work: () => void): boolean {
  refusal.value = undefined;
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof SagawardError)) throw error;
    refuse(attempted, error);
    return false;
  }
}

export function refuse(attempted: string, error: SagawardError): void {
  refusal.value = { attempted, error };
}

/** What was refused last, by its code and in its own words. */
export function RefusalNote() {
  return (
    <div role="alert">
      {refusal.value && (
        <div class="refusal">
          <Icon name="error" />
          <p>
            <strong>{refusal.value.attempted}</strong> <code>{refusal.value.error.code}</code>
            <span class="refusal-words">{refusal.value.error.message}</span>
          </p>
          <button type="button" class="button quiet" aria-label="Dismiss" onClick={() => (refusal.value = undefined)}><Icon name="close" /></button>
        </div>
      )}
    </div>
  );
}

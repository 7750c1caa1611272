/** Made while the page is built, from the transitions of the package. */
declare module 'virtual:state-machines' {
  type Machine<Name extends string> = import('./machine.ts').Machine<Name>;

  export const SAGA_MACHINE: Machine<import('sagaward/slim').SagaState>;
  export const STEP_MACHINE: Machine<import('sagaward/slim').StepState>;
}

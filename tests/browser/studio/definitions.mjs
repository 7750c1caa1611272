/** A valid definition of these steps: ids, or fields of which the others are filled in. */
export function definition(...steps) {
  return {
    name: 'Test',
    session_id: 'session:test',
    steps: steps.map((step) => ({
      id: 'step',
      action_id: 'data.copy',
      agent: 'did:mesh:copier',
      execute_api: '/copy',
      undo_api: '/copy/undo',
      ...(typeof step === 'string' ? { id: step } : step),
    })),
  };
}

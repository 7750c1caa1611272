/** `{value}`, or what was raised: with its message where the reference has the same error. */
export function attempt(call) {
  try {
    const value = call();
    return value instanceof Promise ? value.then(returned, raised) : returned(value);
  } catch (error) {
    return raised(error);
  }
}

const returned = (value) => ({ value: value ?? null });
const raised = ({ name, code, message }) => (name === 'SagawardError' ? { raised: code } : { raised: name, message });

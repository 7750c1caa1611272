import { findNodeAtLocation, getNodeValue, parseTree, type Node } from 'jsonc-parser';

/** A step as far as the text spells it out, which may be half-written, and where it stands. */
export interface OutlinedStep {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly id?: string;
  readonly action?: string;
  readonly agent?: string;
  readonly undo?: string;
  readonly dependsOn?: readonly string[];
  readonly timeout?: number;
  readonly retries?: number;
}

/** The steps of a text that need not be valid, nor even JSON: the list must survive typing. */
export function outline(json: string): OutlinedStep[] {
  const steps = findSteps(json);
  return (steps?.type === 'array' ? (steps.children ?? []) : []).map(outlineStep);
}

function findSteps(json: string): Node | undefined {
  try {
    const root = parseTree(json);
    return root && findNodeAtLocation(root, ['steps']);
  } catch (error) {
    // The parser recurses; a text nested deeper than the stack has no steps worth listing.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function outlineStep(node: Node, index: number): OutlinedStep {
  const value: unknown = getNodeValue(node);
  const fields: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { id, action_id, agent, undo_api, depends_on, timeout, retries } = fields;
  return {
    index,
    from: node.offset,
    to: node.offset + node.length,
    ...(typeof id === 'string' && { id }),
    ...(typeof action_id === 'string' && { action: action_id }),
    ...(typeof agent === 'string' && { agent }),
    ...(typeof undo_api === 'string' && { undo: undo_api }),
    ...(Array.isArray(depends_on) && { dependsOn: depends_on.filter((id) => typeof id === 'string' && id !== '') }),
    ...(typeof timeout === 'number' && { timeout }),
    ...(typeof retries === 'number' && { retries }),
  };
}

/** The step around a place in the text; the steps stand in the order of the text. */
export function stepAt(steps: readonly OutlinedStep[], offset: number): OutlinedStep | undefined {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]!.to < offset) low = middle + 1;
    else high = middle;
  }
  const step = steps[low];
  return step && step.from <= offset ? step : undefined;
}

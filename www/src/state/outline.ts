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

/** A group of steps that start together, as far as the text spells it out. */
export interface OutlinedGroup {
  readonly policy?: string;
  readonly branches: readonly string[];
}

export interface Outline {
  readonly steps: readonly OutlinedStep[];
  readonly groups: readonly OutlinedGroup[];
}

/** The steps of a text that need not be valid, nor even JSON: the list must survive typing. */
export function outline(json: string): Outline {
  const root = parse(json);
  return { steps: items(root, 'steps').map(outlineStep), groups: items(root, 'fan_out').map(outlineGroup) };
}

function items(root: Node | undefined, key: string): readonly Node[] {
  const list = root && findNodeAtLocation(root, [key]);
  return list?.type === 'array' ? (list.children ?? []) : [];
}

function parse(json: string): Node | undefined {
  try {
    return parseTree(json);
  } catch (error) {
    // The parser recurses; a text nested deeper than the stack has no steps worth listing.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function outlineStep(node: Node, index: number): OutlinedStep {
  const { id, action_id, agent, undo_api, depends_on, timeout, retries } = fieldsOf(node);
  return {
    index,
    from: node.offset,
    to: node.offset + node.length,
    ...(typeof id === 'string' && { id }),
    ...(typeof action_id === 'string' && { action: action_id }),
    ...(typeof agent === 'string' && { agent }),
    ...(typeof undo_api === 'string' && { undo: undo_api }),
    ...(Array.isArray(depends_on) && { dependsOn: texts(depends_on) }),
    ...(typeof timeout === 'number' && { timeout }),
    ...(typeof retries === 'number' && { retries }),
  };
}

function outlineGroup(node: Node): OutlinedGroup {
  const { policy, branches } = fieldsOf(node);
  return { ...(typeof policy === 'string' && { policy }), branches: Array.isArray(branches) ? texts(branches) : [] };
}

function fieldsOf(node: Node): Record<string, unknown> {
  const value: unknown = getNodeValue(node);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function texts(list: readonly unknown[]): string[] {
  return list.filter((item) => typeof item === 'string' && item !== '') as string[];
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

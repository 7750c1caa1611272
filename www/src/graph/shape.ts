export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Where everything stands: middles, in units of which 16 are the size of the text. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly (Point & { readonly id: string })[];
  readonly edges: readonly Edge[];
  readonly frames: readonly (Box & { readonly policy: string; readonly steps: readonly string[] })[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly points: readonly Point[];
  /** Whether it ends at a step, and not where the branches of a group come together. */
  readonly arrives: boolean;
}

/** The size of a step. */
export const NODE = { width: 264, height: 52 };

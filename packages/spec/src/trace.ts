/**
 * One move of a solution. Steps point at nodes by id; `behavior` names the plugin that put the step there (or changed it)
 * and is absent for what the plain solution has.
 */
export type Step =
  /** Computes a node. `direct` writes the result at once, `stepwise` one operation at a time. */
  | { readonly kind: "derive"; readonly node: number; readonly detail: "direct" | "stepwise"; readonly behavior?: string }
  /** Turns to a node that is still locked, names what is missing, and returns. */
  | { readonly kind: "attempt"; readonly node: number; readonly missing: readonly number[]; readonly behavior?: string }
  /** Repeats the premise of a node before it is derived or attempted. */
  | { readonly kind: "restate"; readonly node: number; readonly behavior?: string }
  /** Writes a sentence of the plugin's own; claims nothing that a verifier checks. */
  | { readonly kind: "remark"; readonly text: string; readonly nodes: readonly number[]; readonly behavior?: string };

/** A solution as data: what is done in which order, before any wording. */
export interface Trace {
  readonly steps: readonly Step[];
}

/**
 * Which characters of a completion one step wrote, and which behaviour made it. A step has several where another one stands inside
 * it, as a restated premise does inside its derivation.
 */
export interface Span {
  /** First character, in UTF-16 units of the completion. */
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
  /** Position in `trace.steps`. */
  readonly step: number;
  readonly kind: Step["kind"];
  /** Absent for `remark`. */
  readonly node?: number;
  /** Absent for what the plain solution has. */
  readonly behavior?: string;
}

/** A worded solution of a problem: what SFT learns. Plain JSON. */
export interface Demonstration {
  readonly problem: string;
  readonly prompt: string;
  readonly completion: string;
  readonly spans: readonly Span[];
  readonly answer: import("./reasoning-graph.js").Value;
  readonly operations: number;
}

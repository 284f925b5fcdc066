import type { Value } from "./reasoning-graph.js";

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
  | { readonly kind: "remark"; readonly text: string; readonly nodes: readonly number[]; readonly behavior?: string }
  /** Computes a solved node once more and finds the same value. Since 1.1. */
  | { readonly kind: "check"; readonly node: number; readonly behavior?: string }
  /**
   * Lists what an unsolved node still needs: unsolved nodes that it rests on, its missing dependencies among them, each behind those
   * listed that it rests on itself. Since 1.1.
   */
  | { readonly kind: "plan"; readonly node: number; readonly nodes: readonly number[]; readonly behavior?: string }
  /** Says of an unlocked node that its value lies from `low` to `high`, both included. Since 1.1. */
  | { readonly kind: "estimate"; readonly node: number; readonly low: number; readonly high: number; readonly behavior?: string }
  /** Derives an unlocked node with a wrong value, which solves nothing; a `retract` has to follow. Since 1.1. */
  | { readonly kind: "mistake"; readonly node: number; readonly value: Value; readonly behavior?: string }
  /** Takes the value of the mistake at a node back. Since 1.1. */
  | { readonly kind: "retract"; readonly node: number; readonly value: Value; readonly behavior?: string };

/** The kinds of steps that every phrasebook words. Others say in `Phrasebook.stepKinds` what they word besides. */
export const coreStepKinds: readonly Step["kind"][] = ["derive", "attempt", "restate", "remark"];

/** All kinds of steps of this version of the contracts. */
export const stepKinds: readonly Step["kind"][] = [...coreStepKinds, "check", "plan", "estimate", "mistake", "retract"];

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
  readonly answer: Value;
  readonly operations: number;
  /** The problem's, by which data for training and for tests is kept apart. Since 1.1; absent where nobody knows it. */
  readonly structureHash?: string;
  /** What the arithmetic is modulo, which terse texts don't say. Since 1.1; absent for ordinary numbers. */
  readonly modulus?: number;
}

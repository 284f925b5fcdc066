import type { Phrasebook } from "./phrasebook.js";
import type { ReasoningGraph, Value } from "./reasoning-graph.js";
import type { Reward } from "./reward.js";

/** Where a problem comes from. With the source's options this makes it again. */
export interface ProblemOrigin {
  readonly name: string;
  readonly version: number;
  readonly seed: number;
  readonly index: number;
}

/** How hard a problem is, in units its source documents. `operations` is what difficulty is reported by. */
export interface Difficulty {
  /** Binary arithmetic steps of the shortest solution; a plain assignment counts one. */
  readonly operations: number;
  readonly [measure: string]: number;
}

/** A question with its graph and its answer. Plain JSON. */
export interface Problem {
  /** Unique among all problems of all sources; the source's `problemById` takes it. */
  readonly id: string;
  readonly source: ProblemOrigin;
  /** What the model reads, without chat template. */
  readonly prompt: string;
  readonly graph: ReasoningGraph;
  readonly answer: Value;
  readonly difficulty: Difficulty;
  /** SHA-256 (hex) of the solution template: problems with equal hashes differ only in names and constants. */
  readonly structureHash: string;
}

/** Parts of the space of problems that share no solution template. */
export type Split = "train" | "test" | "all";

/**
 * An endless list of problems with random access: `problem(index)` never depends on any other index.
 */
export interface ProblemSource {
  readonly name: string;
  readonly version: number;
  readonly specVersion: 1;
  readonly seed: number;
  /** The resolved options, plain JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  /** How this source's problems and traces are worded. */
  readonly phrasebook: Phrasebook;
  /** How its answers are judged where nobody says otherwise. @defaultValue the answer exactly as the phrasebook writes it */
  readonly reward?: Reward;
  problem(index: number): Problem;
  /** The problems from `start`, `count` of them (endless where it is left out). */
  problems(range?: { start?: number; count?: number }): Iterable<Problem>;
}

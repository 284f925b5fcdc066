import { type Behavior, BridgeError } from "@bridge-rl/spec";
import { type AnalysisOptions, analysis } from "./analysis.js";
import { type ReflectionOptions, reflection } from "./reflection.js";
import { type SubgoalOptions, subgoal } from "./subgoal.js";

/** How demonstrations are made from problems. Arms of one experiment share problems, and differ in nothing but this. */
export interface Arm {
  /** Also names files: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  /** Injected in this order. */
  readonly behaviors: readonly Behavior[];
  /** Prompts per solution: the problem's own, and re-shuffles of its premises. */
  readonly premiseOrders: number;
  /** Solutions per problem: the graph's own order, and random topological ones, each worded anew. */
  readonly solutionOrders: number;
}

export interface ArmOptions {
  /** @defaultValue [] */
  readonly behaviors?: readonly Behavior[];
  /** @defaultValue 1 */
  readonly premiseOrders?: number;
  /** @defaultValue 1 */
  readonly solutionOrders?: number;
}

/** Makes an arm of one's own. @throws BridgeError `invalid-option` */
export function createArm(name: string, options: ArmOptions = {}): Arm {
  const { behaviors = [], premiseOrders = 1, solutionOrders = 1 } = options;
  if (!/^[\w.-]+$/.test(name)) {
    throw new BridgeError("invalid-option", `"${name}" cannot name an arm; use letters, digits, ".", "_" and "-", as it also names files`);
  }
  for (const [option, value] of Object.entries({ premiseOrders, solutionOrders })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new BridgeError("invalid-option", `${option} of arm ${name} is ${value}; use an integer of at least 1`);
    }
  }
  return { name, behaviors, premiseOrders, solutionOrders };
}

/** The plain solutions (arXiv 2505.18917, §4.2: Vanilla). */
export function vanilla(): Arm {
  return createArm("vanilla");
}

export interface AugmentationOptions {
  /** Demonstrations per problem, the unchanged one included. @defaultValue 4, as in the paper */
  readonly copies?: number;
}

/**
 * The paper's baseline PP-Aug: the same solution behind re-shuffled premises, which a phrasebook with several wordings also words
 * anew.
 */
export function ppAugmentation(options: AugmentationOptions = {}): Arm {
  const { copies = 4 } = options;
  return createArm("pp-aug", { premiseOrders: copies });
}

/**
 * The paper's baseline RC-Aug: the same prompt before solutions in random topological orders, each worded anew.
 *
 * As in the paper orders may repeat: short or chain-like problems have few.
 */
export function rcAugmentation(options: AugmentationOptions = {}): Arm {
  const { copies = 4 } = options;
  return createArm("rc-aug", { solutionOrders: copies });
}

export interface BridgeOptions {
  readonly reflection?: ReflectionOptions;
  readonly analysis?: AnalysisOptions;
  readonly subgoal?: SubgoalOptions;
  /** Repeats the odds of the paper's released code where the options above say nothing else. @defaultValue false */
  readonly referenceCode?: boolean;
}

/** The paper's method: reflection, then information analysis, then subgoal computation, injected into the plain solutions. */
export function bridge(options: BridgeOptions = {}): Arm {
  const { referenceCode = false } = options;
  return createArm("bridge", {
    behaviors: [
      reflection({ referenceCode, ...options.reflection }),
      analysis({ referenceCode, ...options.analysis }),
      subgoal(options.subgoal),
    ],
  });
}

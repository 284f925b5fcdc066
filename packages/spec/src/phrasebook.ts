import type { Random } from "./random.js";
import type { ReasoningGraph, Value } from "./reasoning-graph.js";
import type { Span, Step, Trace } from "./trace.js";

/** Words graphs and traces. A phrasebook never decides what is said, only how. */
export interface Phrasebook {
  readonly name: string;
  readonly specVersion: 1;
  /** The kinds of steps that `renderTrace` can word. Since 1.1. @defaultValue `coreStepKinds` */
  readonly stepKinds?: readonly Step["kind"][];
  /** The premises in random order, then the question. */
  renderPrompt(graph: ReasoningGraph, random: Random): string;
  /** The whole completion: thinking, then the answer; spans cover what each step wrote. */
  renderTrace(graph: ReasoningGraph, trace: Trace, random: Random): { text: string; spans: Span[] };
  /** The answer a completion gives after its thinking part, or undefined where it gives none. */
  parseAnswer(completion: string): string | undefined;
  /** The text of an answer, as `parseAnswer` returns it. */
  formatAnswer(answer: Value): string;
  /** Recognises the marks that steps leave in a completion that a model wrote, by step kind. Cheap; for counting, not for judging. */
  detectBehaviors(completion: string): BehaviorMark[];
  /** Where generation can stop. Kept in the text. */
  readonly stop: readonly string[];
}

/** A place in a completion where a behaviour shows. */
export interface BehaviorMark {
  readonly start: number;
  readonly end: number;
  /** `stepwise` is a derivation with intermediate results; a mistake shows only by the `retract` that follows it. */
  readonly kind: BehaviorMarkKind;
}

/** What a mark can be of, in the order in which tables show them. Those from `check` on are there since 1.1. */
export const behaviorMarkKinds: readonly ["attempt", "restate", "stepwise", "check", "plan", "estimate", "retract"] = [
  "attempt",
  "restate",
  "stepwise",
  "check",
  "plan",
  "estimate",
  "retract",
];

export type BehaviorMarkKind = (typeof behaviorMarkKinds)[number];

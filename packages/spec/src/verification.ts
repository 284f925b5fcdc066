import type { Value } from "./reasoning-graph.js";

/** What can be wrong in a solution. A verifier says which of these it reports. */
export type FindingKind =
  /** Two members of a chain of equations are not equal, or a conclusion does not follow. */
  | "wrong-calculation"
  /** A value stands for a quantity that has another one. */
  | "wrong-value"
  /** The right quantities, but not combined as the premise says; or a value that the premise doesn't give. */
  | "wrong-formula"
  /** A quantity is used that the derived one does not depend on. */
  | "wrong-dependency"
  /** A quantity that the derived one depends on is not used. */
  | "missing-dependency"
  /** Something is used before it is computed. */
  | "premature-step"
  /** Something is used that nothing ever computes. */
  | "undefined-symbol"
  /** A symbol is given twice. */
  | "duplicate-symbol"
  /** A step computes another symbol than the one that it gives to its quantity. */
  | "wrong-symbol"
  /** A quantity is derived twice. */
  | "repeated-step"
  /** The problem has no such quantity. */
  | "unknown-parameter"
  /** The answer does not need this step. The only finding that is a note: a longer way is not a wrong one. */
  | "unnecessary-step"
  /** An attempt says that something is missing which is not, or leaves out something that is. */
  | "false-attempt"
  /** A repeated premise is not what the problem says. */
  | "false-restatement"
  /** A check finds another value than the one that is known, or there is none. */
  | "false-check"
  /** A plan lists what is not needed or known already, or leaves out what the next computation needs. */
  | "false-plan"
  /** The value is not where an estimate says. */
  | "false-estimate"
  /** A value is taken back that is right, or that nothing has given. */
  | "false-retraction"
  /** Something that looks like a step can't be read as one. */
  | "unreadable-step"
  | "missing-answer"
  | "wrong-answer"
  /** The solution does not end with the quantity asked for, or does not derive it. */
  | "wrong-question";

/** A place where a solution goes wrong, or could be shorter. */
export interface Finding<Kind extends FindingKind = FindingKind> {
  readonly kind: Kind;
  /** Errors make a solution invalid, notes don't. */
  readonly severity: "error" | "note";
  readonly message: string;
  /** First character, in UTF-16 units of the completion. */
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
  /** Position in `steps`; absent where it concerns the whole solution. */
  readonly step?: number;
}

/** What a step of a solution was read as; `retry` is a wrong start that the original of iGSM writes. */
export type VerifiedStepKind =
  | "derive"
  | "attempt"
  | "restate"
  | "retry"
  | "unreadable"
  | "check"
  | "plan"
  | "estimate"
  | "retract"
  | "withdrawn";

/** One move of a solution, as it was read. */
export interface VerifiedStep<Kind extends VerifiedStepKind = VerifiedStepKind> {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  /** The node of the graph, where it is one. */
  readonly node?: number;
  /** Whether no error was found in it. */
  readonly correct: boolean;
}

/** How often each behaviour occurs in a solution, and how often it holds. */
export interface VerifiedBehaviors {
  /** Attempts at a quantity that say what is missing. */
  readonly attempts: number;
  /** Attempts that are right about what is missing and that a derivation follows: reflections that went well. */
  readonly successfulAttempts: number;
  readonly restatements: number;
  /** Restated premises that are what the problem says. */
  readonly correctRestatements: number;
  /** Derivations with intermediate results. */
  readonly stepwise: number;
  /** Values computed again. */
  readonly checks: number;
  readonly correctChecks: number;
  /** Lists of what is needed. */
  readonly plans: number;
  readonly correctPlans: number;
  readonly estimates: number;
  readonly correctEstimates: number;
  /** Values taken back. What they were derived with is not judged. */
  readonly retractions: number;
  /** Values taken back that had been given and were wrong. */
  readonly correctRetractions: number;
}

/** The judgement on a solution. */
export interface Verification<Kind extends FindingKind = FindingKind, StepKind extends VerifiedStepKind = VerifiedStepKind> {
  readonly valid: boolean;
  /** In the order of the text. */
  readonly findings: readonly Finding<Kind>[];
  readonly steps: readonly VerifiedStep<StepKind>[];
  readonly behaviors: VerifiedBehaviors;
  /** The answer that the completion gives, where it can be read. */
  readonly answer?: Value;
  /** How far the reasoning is right: necessary quantities derived without an error before the first one, as a share of all. */
  readonly progress: number;
}

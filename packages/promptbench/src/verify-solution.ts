import { BridgeError, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { Judge } from "./internal/verify/judge.js";
import { Quantities } from "./internal/verify/quantities.js";
import { readProse } from "./internal/verify/read-prose.js";
import { readTerse } from "./internal/verify/read-terse.js";
import { withdraw } from "./internal/verify/withdraw.js";

/** What can be wrong in a solution; the kinds of `@bridge-rl/igsm`, but for those of symbols, which these tasks have none of. */
export type FindingKind =
  /** Two members of a chain of equations are not equal, or a conclusion does not follow. */
  | "wrong-calculation"
  /** A value stands for a quantity that has another one. */
  | "wrong-value"
  /** The right quantities, but not combined as the line says; or a value that the line doesn't give. */
  | "wrong-formula"
  /** A quantity is used that the derived one does not depend on. */
  | "wrong-dependency"
  /** A quantity that the derived one depends on is not used. */
  | "missing-dependency"
  /** Something is used before it is computed. */
  | "premature-step"
  /** A quantity is used that nothing ever computes. */
  | "undefined-symbol"
  /** A quantity is derived twice. */
  | "repeated-step"
  /** The problem has no such quantity. */
  | "unknown-parameter"
  /** The answer does not need this step. The only finding that is a note: a longer way is not a wrong one. */
  | "unnecessary-step"
  /** An attempt says that something is missing which is not, or leaves out something that is. */
  | "false-attempt"
  /** A repeated line is not what the problem says. */
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
  /** The quantity asked for is not derived. */
  | "wrong-question";

export interface Finding {
  readonly kind: FindingKind;
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

/** One move of a solution, as it was read. */
export interface VerifiedStep {
  readonly kind: "derive" | "attempt" | "restate" | "unreadable" | "check" | "plan" | "estimate" | "retract" | "withdrawn";
  readonly start: number;
  readonly end: number;
  /** The node of the graph, where it is one. */
  readonly node?: number;
  /** Whether no error was found in it. */
  readonly correct: boolean;
}

/** How often each behaviour occurs, and how often it holds. */
export interface BehaviorCounts {
  /** Attempts at a quantity that say what is missing. */
  readonly attempts: number;
  /** Attempts that are right about what is missing and that a derivation follows: reflections that went well. */
  readonly successfulAttempts: number;
  readonly restatements: number;
  /** Restated lines that are what the problem says. */
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
export interface Verification {
  readonly valid: boolean;
  /** In the order of the text. */
  readonly findings: readonly Finding[];
  readonly steps: readonly VerifiedStep[];
  readonly behaviors: BehaviorCounts;
  /** The answer that the completion gives, as phrasebooks read it. */
  readonly answer?: Value;
  /** How far the reasoning is right: necessary quantities derived without an error before the first one, as a share of all. */
  readonly progress: number;
}

export interface VerifySolutionOptions {
  /** How the completion is worded. @defaultValue told by its text */
  readonly dialect?: "prose" | "terse";
}

/** How PromptBench's own solutions of the tasks begin whose steps are not those of our graphs. */
const searches = /^(?:Starting the search|Let's first solve the coefficients of the linear equation)/m;

/**
 * Judges a completion against its problem, step by step: every value, every formula and conclusion, what each rests on, the answer, and what
 * the behaviours claim.
 *
 * Any order that computes things before it uses them is right, and so are steps that the answer does not need. An error is reported where
 * it is made, not again where its consequences show. Rounded numbers agree where the digits that are written leave it possible.
 *
 * @param problem  a graph of `promptbench` or `parsePrompt`, or what holds one
 * @throws BridgeError `invalid-graph` where the graph has no target; `unsupported` where it is of another source, and for PromptBench's own
 *   worked text of linear equations and of searches in graphs
 */
export function verifySolution(
  problem: ReasoningGraph | { readonly graph: ReasoningGraph },
  completion: string,
  options: VerifySolutionOptions = {},
): Verification {
  const graph = "graph" in problem ? problem.graph : problem;
  if (graph.nodes[graph.target] === undefined) {
    throw new BridgeError("invalid-graph", `the target ${graph.target} is not among the ${graph.nodes.length} nodes of the graph`);
  }
  const dialect = options.dialect ?? (/^[^\n]*;/.test(completion.slice(Math.max(0, completion.indexOf("<think>")))) ? "terse" : "prose");
  if (searches.test(completion)) {
    const message =
      "PromptBench's own searches and eliminations can't be judged step by step; judge their answers, or solutions in our wordings";
    throw new BridgeError("unsupported", message);
  }
  const quantities = new Quantities(graph, dialect);
  const read = dialect === "terse" ? readTerse : readProse;
  return new Judge(quantities, withdraw(read(completion, quantities), completion), completion).judge();
}

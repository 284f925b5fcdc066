import { BridgeError, type ReasoningGraph } from "@bridge-rl/spec";
import { confirmProse } from "./internal/confirm/confirm-prose.js";
import { confirmTerse } from "./internal/confirm/confirm-terse.js";
import { Judge } from "./internal/verify/judge.js";
import { nameSteps } from "./internal/verify/name-steps.js";
import { Parameters } from "./internal/verify/parameters.js";
import { readOriginal } from "./internal/verify/read-original.js";
import { readProse } from "./internal/verify/read-prose.js";
import { readTerse } from "./internal/verify/read-terse.js";
import type { Statements } from "./internal/verify/statement.js";
import { withdraw } from "./internal/verify/withdraw.js";
import type { IgsmDialect } from "./parse-problem.js";

/** What can be wrong in a solution. */
export type FindingKind =
  /** Two members of a chain of equations are not equal. */
  | "wrong-calculation"
  /** A number stands for a quantity that has another value. */
  | "wrong-value"
  /** The right quantities, but not combined as the premise says; or a number that the premise doesn't give. */
  | "wrong-formula"
  /** A quantity is used that the derived one does not depend on. */
  | "wrong-dependency"
  /** A quantity that the derived one depends on is not used. */
  | "missing-dependency"
  /** Something is used before it is computed. */
  | "premature-step"
  /** A symbol is used that nothing ever computes. */
  | "undefined-symbol"
  /** A symbol is given twice. */
  | "duplicate-symbol"
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
  /** The last quantity derived is not the one asked for. */
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
  readonly kind: "derive" | "attempt" | "restate" | "retry" | "unreadable" | "check" | "plan" | "estimate" | "retract" | "withdrawn";
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
  /** Restated premises that are what the problem says. */
  readonly correctRestatements: number;
  /** Derivations with intermediate results. */
  readonly stepwise: number;
  /** The original's wrong starts (`Define X as BACK.`), which are not judged. */
  readonly retries: number;
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
  /** The last answer that the completion gives, where it is an integer. */
  readonly answer?: number;
  /** How far the reasoning is right: necessary quantities derived without an error before the first one, as a share of all. */
  readonly progress: number;
}

export interface VerifySolutionOptions {
  /** How the completion is worded. @defaultValue told by its text */
  readonly dialect?: IgsmDialect;
}

/**
 * Judges a completion against its problem, step by step: every number, every symbol, every dependency, the answer, and what the
 * behaviours claim (arXiv 2407.20311, its validator; arXiv 2505.18917, App. B).
 *
 * Any order that computes things before it uses them is right, and so are steps that the answer does not need. An error is reported where
 * it is made, not again where its consequences show.
 *
 * @param problem  a graph whose nodes are named or labelled as `igsm` and `parseProblem` do, or what holds one
 * @throws BridgeError `invalid-graph` where the graph has no target
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
  const dialect = options.dialect ?? dialectOf(completion);
  return confirm(graph, completion, dialect) ?? judgeSolution(graph, completion, dialect);
}

/** Most solutions are right in the ordinary way, which is told much faster than what is wrong with others. */
function confirm(graph: ReasoningGraph, completion: string, dialect: IgsmDialect): Verification | undefined {
  if (dialect === "original") return undefined;
  return dialect === "terse" ? confirmTerse(graph, completion) : confirmProse(graph, completion);
}

/** The judgement of `verifySolution`, statement by statement: what it says of every solution, however it gets there. */
export function judgeSolution(graph: ReasoningGraph, completion: string, dialect: IgsmDialect): Verification {
  const parameters = new Parameters(graph);
  const statements = read(completion, dialect, parameters);
  return new Judge(graph, parameters, withdraw(nameSteps(statements, graph), completion), completion).judge();
}

function read(completion: string, dialect: IgsmDialect, parameters: Parameters): Statements {
  if (dialect === "original") return readOriginal(completion);
  if (dialect === "terse") return readTerse(completion);
  return readProse(completion, (name) => parameters.has(name));
}

/** How a completion is worded, told by its text. */
export function dialectOf(completion: string): IgsmDialect {
  if (/^\s*[A-Za-z]{1,2} ?[=?:]/.test(completion)) return "terse";
  // Prose breaks the line behind the opening, terse text never breaks one.
  if (/<think>[^\n]*;/.test(completion) && !completion.includes("\n- ")) return "terse";
  if (completion.includes("<think>") || completion.includes("\n- ")) return "prose";
  return completion.includes("; so ") || completion.includes(" as BACK") ? "original" : "prose";
}

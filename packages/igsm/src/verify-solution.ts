import type * as spec from "@bridge-rl/spec";
import { BridgeError, type FindingKind, type ReasoningGraph } from "@bridge-rl/spec";
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

export type { Finding, FindingKind, VerifiedStep } from "@bridge-rl/spec";

/** How often each behaviour occurs, and how often it holds. */
export interface BehaviorCounts extends spec.VerifiedBehaviors {
  /** The original's wrong starts (`Define X as BACK.`), which are not judged. */
  readonly retries: number;
}

/** The judgement on a solution. */
export interface Verification extends spec.Verification {
  readonly behaviors: BehaviorCounts;
  /** The last answer that the completion gives, where it is an integer. */
  readonly answer?: number;
}

export interface VerifySolutionOptions {
  /** How the completion is worded. @defaultValue told by its text */
  readonly dialect?: IgsmDialect;
  /**
   * Whether a solution in the original's wording has to satisfy more than the original's validator asks. That one lets pass what changes
   * no answer: a quantity that is derived twice (`repeated-step`), a formula or a literal that is not the problem's (`wrong-formula`), a
   * symbol other than the announced one (`wrong-symbol`). They are found either way, as errors with `strict` and notes without. Other wordings are always judged
   * strictly, and so are solutions by `stepVerifier`. @defaultValue false
   */
  readonly strict?: boolean;
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
  const { dialect = dialectOf(completion), strict = false } = options;
  return confirm(graph, completion, dialect) ?? judgeSolution(graph, completion, dialect, strict);
}

/** Most solutions are right in the ordinary way, which is told much faster than what is wrong with others. */
function confirm(graph: ReasoningGraph, completion: string, dialect: IgsmDialect): Verification | undefined {
  if (dialect === "original") return undefined;
  return dialect === "terse" ? confirmTerse(graph, completion) : confirmProse(graph, completion);
}

/** The judgement of `verifySolution`, statement by statement: what it says of every solution, however it gets there. */
export function judgeSolution(graph: ReasoningGraph, completion: string, dialect: IgsmDialect, strict = false): Verification {
  const parameters = new Parameters(graph, dialect === "original");
  const statements = read(completion, dialect, parameters);
  const notes = dialect === "original" && !strict ? passedByOriginal : always;
  return new Judge(graph, parameters, withdraw(nameSteps(statements, graph), completion), completion, notes).judge();
}

/** A longer way is not a wrong one. */
const always: readonly FindingKind[] = ["unnecessary-step"];
/** What the original's validator never looks at: whether a quantity is new, and how it is computed from what it depends on. */
const passedByOriginal: readonly FindingKind[] = [...always, "repeated-step", "wrong-formula", "wrong-symbol"];

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

import type * as spec from "@bridge-rl/spec";
import { BridgeError, type ReasoningGraph } from "@bridge-rl/spec";
import { Judge } from "./internal/verify/judge.js";
import { SearchJudge } from "./internal/verify/judge-search.js";
import { Quantities } from "./internal/verify/quantities.js";
import { readProse } from "./internal/verify/read-prose.js";
import { isSearch } from "./internal/verify/read-search.js";
import { readTerse } from "./internal/verify/read-terse.js";
import { withdraw } from "./internal/verify/withdraw.js";

/** What can be wrong in a solution: all that can be but for symbols, which these tasks have none of. */
export type FindingKind = Exclude<spec.FindingKind, "duplicate-symbol">;

export type Finding = spec.Finding<FindingKind>;

/** One move of a solution, as it was read. */
export type VerifiedStep = spec.VerifiedStep<Exclude<spec.VerifiedStepKind, "retry">>;

/** How often each behaviour occurs, and how often it holds. */
export type BehaviorCounts = spec.VerifiedBehaviors;

/** The judgement on a solution; `answer` is as phrasebooks read it. */
export type Verification = spec.Verification<FindingKind, VerifiedStep["kind"]>;

export interface VerifySolutionOptions {
  /** How the completion is worded. @defaultValue told by its text */
  readonly dialect?: "prose" | "terse";
}

/**
 * Judges a completion against its problem, step by step: every value, every formula and conclusion, what each rests on, the answer, and what
 * the behaviours claim.
 *
 * Any order that computes things before it uses them is right, and so are steps that the answer does not need. An error is reported where
 * it is made, not again where its consequences show. Rounded numbers agree where the digits that are written leave it possible.
 *
 * @param problem  a graph of `promptbench` or `parsePrompt`, or what holds one
 * @throws BridgeError `invalid-graph` where the graph has no target; `unsupported` where it is of another source
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
  const quantities = new Quantities(graph, dialect);
  const isPath = quantities.task === "reachability" || quantities.task === "max_sum_path";
  if (isPath && isSearch(completion)) return new SearchJudge(quantities, completion).judge();
  const read = dialect === "terse" ? readTerse : readProse;
  return new Judge(quantities, withdraw(read(completion, quantities), completion), completion).judge();
}

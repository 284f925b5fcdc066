import type { GraphNode, GraphState, Step, Value } from "@bridge-rl/spec";
import type { TraceFinding } from "../check-trace.js";

type Finding = Omit<TraceFinding, "step">;
type StepOf<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** Follows a solution and says of each step whether it is true at its place. */
export class TraceFollower {
  readonly #state: GraphState;
  /** Wrong values that nothing has taken back, by node. */
  readonly #mistakes: Map<number, Value> = new Map();

  constructor(state: GraphState) {
    this.#state = state;
  }

  /** Takes a true step; of an untrue one it says why, and stays where it is. */
  take(step: Step): Finding | undefined {
    const finding = this.#unknownNode(step) ?? this.#check(step);
    if (finding !== undefined) return finding;
    if (step.kind === "mistake") this.#mistakes.set(step.node, step.value);
    else if (step.kind === "retract") this.#mistakes.delete(step.node);
    else this.#state.apply(step);
    return undefined;
  }

  /** What is wrong with a solution that ends here. */
  finish(): Finding | undefined {
    const { target } = this.#state.graph;
    if (!this.#state.isSolved(target)) return { code: "unfinished", message: `should derive the target ${target}; the trace ends instead` };
    for (const node of this.#mistakes.keys()) {
      return { code: "unretracted", message: `should take back the wrong value of ${this.#named(node)}; the trace ends instead` };
    }
    return undefined;
  }

  #unknownNode(step: Step): Finding | undefined {
    const { nodes } = this.#state.graph;
    const unknown = firstUnknown(step, nodes);
    if (unknown === undefined && (step.kind === "remark" || nodes[step.node] !== undefined)) return undefined;
    return { code: "unknown-node", message: `points at node ${unknown}, which the graph does not have` };
  }

  #check(step: Step): Finding | undefined {
    switch (step.kind) {
      case "remark":
      case "restate":
        return undefined;
      case "derive":
        return this.#checkDerivation(step);
      case "attempt":
        return this.#checkAttempt(step);
      case "check":
        if (this.#state.isSolved(step.node)) return undefined;
        return { code: "not-solved", message: `checks ${this.#named(step.node)}, which has no value yet` };
      case "plan":
        return this.#checkPlan(step);
      case "estimate":
        return this.#checkEstimate(step);
      case "mistake":
        return this.#checkMistake(step);
      case "retract":
        if (this.#mistakes.get(step.node) === step.value) return undefined;
        return { code: "no-mistake", message: `takes ${step.value} back for ${this.#named(step.node)}, which nothing says` };
      default:
        return { code: "unknown-step", message: `is a "${(step as Step).kind}", which no step is` };
    }
  }

  #checkDerivation({ node, detail }: StepOf<"derive">): Finding | undefined {
    if (detail !== "direct" && detail !== "stepwise")
      return { code: "unknown-step", message: `derives in detail "${detail}"; use "direct" or "stepwise"` };
    if (this.#mistakes.has(node))
      return { code: "unretracted", message: `derives ${this.#named(node)} while a wrong value of it still stands` };
    return this.#refuseSettled(node, "derives");
  }

  /** Whatever computes a node needs it unlocked, unsolved, and before the target. */
  #refuseSettled(node: number, verb: string): Finding | undefined {
    const state = this.#state;
    if (state.isSolved(node)) return { code: "repeated", message: `${verb} ${this.#named(node)} again` };
    if (state.isSolved(state.graph.target))
      return { code: "after-target", message: `${verb} ${this.#named(node)} when the target is solved` };
    if (!state.isLocked(node)) return undefined;
    const needs = state.missing(node).map((id) => this.#named(id));
    return { code: "locked", message: `${verb} ${this.#named(node)}, which still needs ${needs.join(", ")}` };
  }

  #checkAttempt({ node, missing }: StepOf<"attempt">): Finding | undefined {
    const state = this.#state;
    if (!state.isLocked(node)) {
      return {
        code: "not-locked",
        message: `attempts ${this.#named(node)}, which is ${state.isSolved(node) ? "solved" : "solvable"} already`,
      };
    }
    const exact = state.missing(node);
    if (missing.length === exact.length && exact.every((id) => missing.includes(id))) {
      return state.isSolved(state.graph.target)
        ? { code: "after-target", message: "attempts a node when the target is solved" }
        : undefined;
    }
    return { code: "wrong-missing", message: `says that ${this.#named(node)} misses [${missing}]; it misses [${exact}]` };
  }

  #checkPlan({ node, nodes }: StepOf<"plan">): Finding | undefined {
    const state = this.#state;
    if (state.isSolved(node)) return { code: "wrong-plan", message: `plans ${this.#named(node)}, which is solved` };
    const missing = state.missing(node);
    const forgotten = missing.find((id) => !nodes.includes(id));
    if (nodes.length === 0 || forgotten !== undefined) {
      const what = forgotten === undefined ? "anything" : this.#named(forgotten);
      return { code: "wrong-plan", message: `plans ${this.#named(node)} without ${what}` };
    }
    const open = this.#openAncestors(missing);
    for (const [place, id] of nodes.entries()) {
      if (!open.has(id)) return { code: "wrong-plan", message: `plans ${this.#named(id)}, which ${this.#named(node)} does not need now` };
      if (nodes.indexOf(id) < place) return { code: "wrong-plan", message: `plans ${this.#named(id)} twice` };
      const late = this.#node(id).dependencies.find((dependency) => nodes.indexOf(dependency) > place);
      if (late !== undefined)
        return { code: "wrong-plan", message: `plans ${this.#named(id)} before ${this.#named(late)}, which it needs` };
    }
    return undefined;
  }

  /** These nodes and what they rest on, as far as it is unsolved. */
  #openAncestors(missing: readonly number[]): Set<number> {
    const open = new Set(missing);
    // A set that grows while it is walked is walked to its end.
    for (const id of open) {
      for (const dependency of this.#state.missing(id)) open.add(dependency);
    }
    return open;
  }

  #checkEstimate({ node, low, high }: StepOf<"estimate">): Finding | undefined {
    const settled = this.#refuseSettled(node, "estimates");
    if (settled !== undefined) return settled;
    const { value } = this.#node(node);
    if (typeof value === "number" && low <= value && value <= high) return undefined;
    return { code: "wrong-estimate", message: `says that ${this.#named(node)} is between ${low} and ${high}; it is not` };
  }

  #checkMistake({ node, value }: StepOf<"mistake">): Finding | undefined {
    if (this.#mistakes.has(node)) return { code: "unretracted", message: `gets ${this.#named(node)} wrong twice without taking it back` };
    if (this.#node(node).value === value) return { code: "no-mistake", message: `calls ${value} a mistake, which is right` };
    return this.#refuseSettled(node, "gets wrong");
  }

  #node(id: number): GraphNode {
    return this.#state.graph.nodes[id] as GraphNode;
  }

  #named(node: number): string {
    return `node ${node} (${this.#state.graph.nodes[node]?.name})`;
  }
}

/** A node that a step points at and the graph does not have; NaN where it names none. Undefined where all are there. */
function firstUnknown(step: Step, nodes: readonly GraphNode[]): number | undefined {
  if (step.kind !== "remark" && nodes[step.node] === undefined) return step.node;
  const list: unknown = step.kind === "attempt" ? step.missing : step.kind === "plan" || step.kind === "remark" ? step.nodes : none;
  if (!Array.isArray(list)) return Number.NaN;
  for (const node of list) if (nodes[node] === undefined) return node;
  return undefined;
}

const none: readonly number[] = [];

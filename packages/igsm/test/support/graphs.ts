import { createRandom, type Expression, type GraphNode, type Random, type ReasoningGraph, type Step, type Trace } from "@bridge-rl/spec";

/** The value of an expression by plain recursion, exact as long as doubles are. */
export function evaluate(expression: Expression, values: readonly number[], modulus: number | undefined): number {
  if (expression.kind === "constant") return expression.value as number;
  if (expression.kind === "reference") return values[expression.node] as number;
  const operands = expression.operands.map((operand) => evaluate(operand, values, modulus));
  const exact = operands.reduce((left, right) => {
    if (expression.operator === "+") return left + right;
    if (expression.operator === "-") return left - right;
    return left * right;
  });
  return modulus === undefined ? exact : ((exact % modulus) + modulus) % modulus;
}

export function references(expression: Expression): number[] {
  if (expression.kind === "constant") return [];
  return expression.kind === "reference" ? [expression.node] : expression.operands.flatMap(references);
}

/** Binary steps, a plain assignment counted as one (generators.md §1.2, counted on the expression). */
export function operationsOf(expression: Expression): number {
  return Math.max(1, binarySteps(expression));
}

function binarySteps(expression: Expression): number {
  if (expression.kind !== "operation") return 0;
  return expression.operands.length - 1 + expression.operands.reduce((sum, operand) => sum + binarySteps(operand), 0);
}

export function ancestors(graph: ReasoningGraph): Set<number> {
  const found = new Set<number>();
  const open = [graph.target];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    open.push(...references((graph.nodes[node] as GraphNode).expression));
  }
  return found;
}

export function plainTrace(graph: ReasoningGraph, detail: "direct" | "stepwise" = "direct"): Trace {
  return { steps: graph.nodes.filter(({ necessary }) => necessary).map(({ id }) => ({ kind: "derive", node: id, detail })) };
}

/** A solution with every kind of step in it. Attempts are on locked nodes and name what is missing. */
export function busyTrace(graph: ReasoningGraph, seed: number): Trace {
  const random = createRandom(seed, "busy trace");
  const steps: Step[] = [];
  const solved = new Set<number>();
  for (const { id, necessary } of graph.nodes) {
    if (!necessary) continue;
    const locked = graph.nodes.filter(({ dependencies }) => dependencies.some((node) => !solved.has(node)));
    const attempted = random.chance(0.3) ? random.pick(locked) : undefined;
    if (attempted !== undefined) {
      const missing = attempted.dependencies.filter((node) => !solved.has(node));
      if (random.chance(0.5)) steps.push({ kind: "restate", node: attempted.id, behavior: "@test/restate" });
      steps.push({ kind: "attempt", node: attempted.id, missing, behavior: "@test/attempt" });
    }
    if (random.chance(0.1)) steps.push({ kind: "remark", text: "So far so good", nodes: [], behavior: "@test/remark" });
    if (random.chance(0.3)) steps.push({ kind: "restate", node: id, behavior: "@test/restate" });
    steps.push({ kind: "derive", node: id, detail: random.chance(0.5) ? "stepwise" : "direct" });
    solved.add(id);
  }
  return { steps };
}

/** The same graph with its nodes in another topological order and its terms shuffled. */
export function reorder(graph: ReasoningGraph, random: Random): ReasoningGraph {
  const order: number[] = [];
  while (order.length < graph.nodes.length) {
    const ready = graph.nodes.filter(({ id, dependencies }) => !order.includes(id) && dependencies.every((node) => order.includes(node)));
    order.push((random.pick(ready) as GraphNode).id);
  }
  const moved = (expression: Expression): Expression => {
    if (expression.kind === "constant") return expression;
    if (expression.kind === "reference") return { kind: "reference", node: order.indexOf(expression.node) };
    const operands = expression.operands.map(moved);
    return { ...expression, operands: expression.operator === "-" ? operands : random.shuffle(operands) };
  };
  const nodes = order.map((old, id) => {
    const node = graph.nodes[old] as GraphNode;
    const expression = moved(node.expression);
    return { ...node, id, expression, dependencies: [...new Set(references(expression))] };
  });
  return { ...graph, nodes, target: order.indexOf(graph.target) };
}

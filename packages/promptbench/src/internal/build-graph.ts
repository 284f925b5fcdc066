import { evaluateExpression } from "@bridge-rl/dag";
import { BridgeError, type Expression, type GraphNode, type ReasoningGraph, type Value } from "@bridge-rl/spec";
import { notAvailable } from "../tasks.js";
import { linearQuantities } from "./equations.js";
import type { Description, Fact } from "./fact.js";

/** A node to be: references are positions in the list that it stands in. */
export interface Quantity {
  readonly name: string;
  readonly expression: Expression;
  readonly stated: boolean;
  /** Where it is known already. */
  readonly value?: number | undefined;
  readonly label?: Readonly<Record<string, string | number | boolean>>;
}

type Label = Record<string, string | number | boolean>;

/**
 * Makes the reasoning graph of a description: what follows from what, with values.
 *
 * Arithmetic and logic follow their premises; abduction goes from conclusions to premises; a path's quantities are what each node
 * reaches, the goal first.
 *
 * @param order  a topological order of the facts, children first
 */
export function buildGraph(description: Description, facts: readonly Fact[], order: readonly number[]): ReasoningGraph {
  const quantities =
    description.task === "abductive_logic" ? abductiveQuantities(facts, order, description) : orderedQuantities(facts, order, description);
  const { task, query } = description;
  if (task === "linear_equation") {
    const positions = positionsOf(order, facts.length);
    linearQuantities(description, positions, quantities);
    return graphOf(quantities, quantities.length - 1);
  }
  const place = task === "abductive_logic" ? order.length - 1 - order.indexOf(query) : order.indexOf(query);
  return graphOf(quantities, place);
}

/** Gives quantities their values, and marks what the target needs. */
function graphOf(quantities: readonly Quantity[], target: number): ReasoningGraph {
  const count = quantities.length;
  const values: Value[] = [];
  const valueAt = (id: number): Value => values[id] as Value;
  const dependencies: number[][] = [];
  for (let id = 0; id < count; id++) {
    const { expression, value } = quantities[id] as Quantity;
    values.push(value ?? (expression.kind === "constant" ? expression.value : evaluateExpression(expression, valueAt)));
    const found: number[] = [];
    collect(expression, found);
    dependencies.push(found);
  }
  const needed = new Uint8Array(count);
  needed[target] = 1;
  for (let id = target; id >= 0; id--) {
    if (needed[id] === 1) for (const dependency of dependencies[id] as number[]) needed[dependency] = 1;
  }
  const nodes: GraphNode[] = [];
  for (let id = 0; id < count; id++) {
    const { name, expression, stated, label } = quantities[id] as Quantity;
    const own = dependencies[id] as number[];
    const value = values[id] as Value;
    const necessary = needed[id] === 1;
    // Written out twice: this is the hot loop, and a spread doubles its garbage.
    if (label === undefined) nodes.push({ id, name, dependencies: own, expression, value, necessary, stated });
    else nodes.push({ id, name, label, dependencies: own, expression, value, necessary, stated });
  }
  return { nodes, target };
}

function collect(expression: Expression, found: number[]): void {
  if (expression.kind === "reference") {
    if (!found.includes(expression.node)) found.push(expression.node);
  } else if (expression.kind === "operation") for (const operand of expression.operands) collect(operand, found);
}

function positionsOf(order: readonly number[], count: number): Int32Array {
  const positions = new Int32Array(count).fill(-1);
  for (let place = 0; place < order.length; place++) positions[order[place] as number] = place;
  return positions;
}

const unknown: Expression = { kind: "constant", value: notAvailable };

/** Quantities that rest on their children: every task but abduction. */
function orderedQuantities(facts: readonly Fact[], order: readonly number[], description: Description): Quantity[] {
  const positions = positionsOf(order, facts.length);
  const { task } = description;
  const path = task === "reachability" || task === "max_sum_path";
  return order.map((index) => {
    const fact = facts[index] as Fact;
    const references = fact.children.map((child): Expression => ({ kind: "reference", node: positions[child] as number }));
    const label = labelOf(fact, index, facts, description);
    const expression = path ? pathExpression(fact, index, references, description) : premiseExpression(fact, references, task);
    const { name, stated, value } = fact;
    return label === undefined ? { name, expression, stated, value } : { name, expression, stated, value, label };
  });
}

function premiseExpression(fact: Fact, operands: readonly Expression[], task: Description["task"]): Expression {
  const { operator, literal } = fact;
  if (operator === undefined) return literal === undefined ? unknown : { kind: "constant", value: literal };
  const premise: Expression = { kind: "operation", operator, operands };
  return task === "deductive_logic" ? { kind: "operation", operator: "implied", operands: [premise] } : premise;
}

/** What a node reaches: the goal itself, else the best of what its links reach. */
function pathExpression(fact: Fact, index: number, links: readonly Expression[], { task, goal }: Description): Expression {
  const sums = task === "max_sum_path";
  const own: Expression = { kind: "constant", value: fact.literal ?? notAvailable };
  if (index === goal) return sums ? own : { kind: "constant", value: true };
  const [first] = links;
  if (first === undefined) return { kind: "constant", value: sums ? notAvailable : false };
  const best: Expression = links.length === 1 ? first : { kind: "operation", operator: sums ? "max" : "or", operands: links };
  return sums ? { kind: "operation", operator: "+", operands: [own, best] } : best;
}

/** What a phrasebook has to know beyond names and expressions. */
function labelOf(fact: Fact, index: number, facts: readonly Fact[], { task, query, goal }: Description): Label | undefined {
  if (index !== query && fact.circular === undefined && goal === undefined) return undefined;
  const label: Label = {};
  if (index === query) label.task = task;
  if (fact.circular !== undefined) label.circular = (facts[fact.circular] as Fact).name;
  if (goal !== undefined) {
    label.links = fact.children.map((child) => (facts[child] as Fact).name).join(" ");
    if (task === "max_sum_path" && fact.literal !== undefined) label.weight = fact.literal;
    if (index === query) label.goal = (facts[goal] as Fact).name;
    if (index === goal) label.isGoal = true;
  }
  return label;
}

/** Quantities that rest on the conclusions that they are premises of. */
function abductiveQuantities(facts: readonly Fact[], order: readonly number[], description: Description): Quantity[] {
  const positions = new Int32Array(facts.length);
  const parents = new Int32Array(facts.length).fill(-1);
  const reversed = order.slice().reverse();
  for (let place = 0; place < reversed.length; place++) positions[reversed[place] as number] = place;
  for (let index = 0; index < facts.length; index++) {
    for (const child of (facts[index] as Fact).children) {
      if (parents[child] !== -1) {
        throw new BridgeError("unsupported", `${(facts[child] as Fact).name} is a premise of two conclusions; abduction needs a tree`);
      }
      parents[child] = index;
    }
  }
  return reversed.map((index) => {
    const fact = facts[index] as Fact;
    const parent = parents[index] as number;
    const label: Label = {};
    if (index === description.query) label.task = description.task;
    if (fact.operator !== undefined) {
      label.operator = fact.operator;
      label.premises = fact.children.map((child) => (facts[child] as Fact).name).join(" ");
    }
    const expression: Expression =
      parent === -1
        ? { kind: "constant", value: fact.literal ?? notAvailable }
        : abduced((facts[parent] as Fact).operator, { kind: "reference", node: positions[parent] as number });
    const stated = parent !== -1 || fact.literal !== undefined;
    const quantity = { name: fact.name, expression, stated };
    return index === description.query || fact.operator !== undefined ? { ...quantity, label } : quantity;
  });
}

/** What a false conclusion says of one of its premises: of a conjunction nothing, because another one may be the false one. */
function abduced(operator: Fact["operator"], conclusion: Expression): Expression {
  const refuted: Expression = { kind: "operation", operator: "refuted", operands: [conclusion] };
  if (operator === "or") return refuted;
  if (operator === "not") return { kind: "operation", operator: "not", operands: [refuted] };
  return { kind: "operation", operator: "or", operands: [refuted, unknown] };
}

import type { Random, Value } from "@bridge-rl/spec";
import type { Range, ResolvedPromptbenchOptions } from "../options.js";
import { notAvailable, type PromptbenchTask } from "../tasks.js";
import { drawNames, type Naming } from "./draw-names.js";
import { drawPathGraph, type PathGraph } from "./draw-path-graph.js";
import { addExtraLinks, drawTree, isUnary, restsOn, type TreeNode, type TreeRules } from "./draw-tree.js";
import type { Coefficient, Description, Equation, Fact, TreeOperator } from "./fact.js";

/** Why a draw was given up, by the option that asks for too much. */
export type Failure = "tree" | "answers" | "integers" | "balance" | "cycles" | "singular" | "split";

/** DyVal's odds of and, or and not (`DAG/logic_dag.py`). */
const logicOdds: Readonly<Partial<Record<PromptbenchTask, Readonly<Record<string, number>>>>> = {
  deductive_logic: { and: 0.2, or: 0.6, not: 0.2 },
  abductive_logic: { and: 0.07, or: 0.66, not: 0.27 },
};

/** Chance that an abductive root is given as true, which tells nothing (`DAG/logic_dag.py`). */
const trueRoots = 0.07;

/** Draws descriptions by the options. The rules of its trees are made once. */
export function describer(options: ResolvedPromptbenchOptions, naming: Naming): (random: Random, wanted?: Value) => Description | Failure {
  const { task } = options;
  const rules = rulesOf(options);
  if (task === "reachability" || task === "max_sum_path") return (random, wanted) => drawPaths(options, naming, random, wanted);
  if (task === "linear_equation") return (random) => drawEquations(options, rules, naming, random);
  return (random, wanted) => drawTreeTask(options, rules, naming, random, wanted);
}

function rulesOf(options: ResolvedPromptbenchOptions): TreeRules {
  const { task, operators = [], values = [1, 10], children = 2, extraLinks = 0 } = options;
  const odds = logicOdds[task];
  const total = operators.reduce((sum, operator) => sum + (odds?.[operator] ?? 1), 0);
  return {
    children,
    extraLinks,
    degenerate: options.original,
    intermediates: options.intermediates,
    drawOperator: (random) => {
      if (odds === undefined) return operators[random.integer(0, operators.length - 1)] as TreeOperator;
      let left = random.next() * total;
      const found = operators.find((operator) => {
        left -= odds[operator] as number;
        return left < 0;
      });
      return found ?? (operators[operators.length - 1] as TreeOperator);
    },
    drawLeaf: (random) => {
      if (task === "abductive_logic") return undefined;
      return task.endsWith("_logic") ? random.chance(0.5) : random.integer(values[0], values[1]);
    },
  };
}

function draw(range: Range | undefined, random: Random): number {
  if (range === undefined) return 0;
  return range[0] === range[1] ? range[0] : random.integer(range[0], range[1]);
}

type MutableFact = { -readonly [name in keyof Fact]: Fact[name] };

function drawTreeTask(
  options: ResolvedPromptbenchOptions,
  rules: TreeRules,
  naming: Naming,
  random: Random,
  wanted: Value | undefined,
): Description | Failure {
  const { task } = options;
  const nodes: TreeNode[] = [];
  const root = drawTree(nodes, draw(options.depth, random), rules, random);
  if (root === -1 || (rules.extraLinks > 0 && !addExtraLinks(nodes, root, rules, random))) return "tree";
  const whole = draw(options.deletedPremises, random) === 0 && draw(options.cycles, random) === 0;
  if (whole && options.answers !== undefined) {
    const { value } = nodes[root] as TreeNode;
    if (value < options.answers[0] || value > options.answers[1]) return "answers";
    if (options.integers === true && nodes.some((node) => !Number.isInteger(node.value))) return "integers";
  }
  let query = root;
  const given = random.chance(trueRoots);
  if (task === "abductive_logic") {
    const leaf = pickLeaf(nodes, root, given, wanted, random);
    if (leaf === undefined) return "balance";
    query = leaf;
  }
  const size = nodes.length;
  if (!addRedundancies(nodes, rules, options, random)) return "tree";
  const facts = factsOf(nodes, naming, random, "", whole && task === "arithmetic");
  if (task === "abductive_logic") (facts[root] as MutableFact).literal = given;
  if (!whole && !damage(facts, size, nodes, options, random)) return "cycles";
  return { task, facts, query };
}

function addRedundancies(
  nodes: TreeNode[],
  rules: TreeRules,
  { redundancies, integers }: ResolvedPromptbenchOptions,
  random: Random,
): boolean {
  for (let left = draw(redundancies, random); left > 0; left--) {
    const start = nodes.length;
    let root = drawTree(nodes, 2, rules, random);
    for (let attempt = 0; attempt < 50; attempt++) {
      if (root !== -1 && (integers !== true || Number.isInteger((nodes[root] as TreeNode).value))) break;
      nodes.length = start;
      root = drawTree(nodes, 2, rules, random);
    }
    if (root === -1) return false;
  }
  return true;
}

function factsOf(nodes: readonly TreeNode[], naming: Naming, random: Random, suffix: string, known: boolean): MutableFact[] {
  const names = drawNames(nodes.length, naming, random);
  const facts: MutableFact[] = [];
  for (let index = 0; index < nodes.length; index++) {
    const { operator, children, literal, value } = nodes[index] as TreeNode;
    // Adding 0 turns −0 into 0.
    facts.push({
      name: (names[index] as string) + suffix,
      operator,
      children,
      literal,
      stated: true,
      value: known ? value + 0 : undefined,
    });
  }
  return facts;
}

/** Picks what an abductive problem asks for: a leaf, with the value that is wanted. */
function pickLeaf(nodes: readonly TreeNode[], root: number, given: boolean, wanted: Value | undefined, random: Random): number | undefined {
  const leaves: number[] = [];
  walk(root, given);
  return random.pick(leaves);

  function walk(index: number, value: Value): void {
    const { operator, children } = nodes[index] as TreeNode;
    if (operator === undefined) {
      if (wanted === undefined || value === wanted) leaves.push(index);
      return;
    }
    const abduced = value !== false || operator === "and" ? notAvailable : operator === "not";
    for (const child of children) walk(child, abduced);
  }
}

/** Bends premises back and deletes others. The nodes of the main tree come first. */
function damage(
  facts: MutableFact[],
  size: number,
  nodes: readonly TreeNode[],
  options: ResolvedPromptbenchOptions,
  random: Random,
): boolean {
  for (let left = draw(options.cycles, random); left > 0; left--) {
    const inner = random.shuffle(nodes.slice(0, size).flatMap(({ operator }, index) => (operator === undefined ? [] : [index])));
    const pairs = inner.flatMap((upper) =>
      inner
        .filter((lower) => lower !== upper && restsOn(nodes, upper, lower) && !isUnary((nodes[lower] as TreeNode).operator ?? "not"))
        .map((lower) => [upper, lower]),
    );
    const pair = random.pick(pairs);
    if (pair === undefined) return false;
    const lower = facts[pair[1] as number] as MutableFact;
    lower.children = [...lower.children, pair[0] as number];
  }
  // One line stays: without any there is no description.
  const count = Math.min(draw(options.deletedPremises, random), facts.length - 1);
  const deleted = random.shuffle([...facts.keys()]).slice(0, count);
  for (const index of deleted) {
    facts[index] = { ...(facts[index] as Fact), operator: undefined, children: [], literal: undefined, stated: false };
  }
  return true;
}

function drawEquations(options: ResolvedPromptbenchOptions, rules: TreeRules, naming: Naming, random: Random): Description | Failure {
  const { trees = 1, depth, coefficients } = options;
  const nodes: TreeNode[] = [];
  const parts: Coefficient[] = [];
  const values: number[] = [];
  for (let tree = 0; tree < trees; tree++) {
    const own: TreeNode[] = [];
    const root = drawTree(own, draw(depth, random), rules, random);
    if (root === -1 || (rules.extraLinks > 0 && !addExtraLinks(own, root, rules, random))) return "tree";
    const { value } = own[root] as TreeNode;
    // DyVal keeps positive roots here too.
    if (value < 0.0001) return "tree";
    parts.push({ fact: nodes.length + root });
    values.push(value);
    const start = nodes.length;
    for (const node of own) nodes.push({ ...node, children: node.children.map((child) => child + start) });
  }
  if (!addRedundancies(nodes, rules, options, random)) return "tree";
  while (parts.length < 6) {
    const value = draw(coefficients, random);
    parts.push(value);
    values.push(value);
  }
  const [a, b, c, d, e, f] = random.shuffle([0, 1, 2, 3, 4, 5]) as [number, number, number, number, number, number];
  const determinant = (values[a] as number) * (values[e] as number) - (values[b] as number) * (values[d] as number);
  // Nearly parallel lines would make the answer a matter of rounding.
  if (Math.abs(determinant) < 1e-6) return "singular";
  const part = (place: number): Coefficient => parts[place] as Coefficient;
  const facts = factsOf(nodes, naming, random, naming === "original" ? "0" : "", true);
  const first: Equation = [part(a), part(b), part(c)];
  const second: Equation = [part(d), part(e), part(f)];
  return { task: "linear_equation", facts, query: -1, equations: [first, second] };
}

function drawPaths(options: ResolvedPromptbenchOptions, naming: Naming, random: Random, wanted: Value | undefined): Description | Failure {
  const { task, links = [1, 3], values = [1, 10] } = options;
  const graph = drawPathGraph(draw(options.nodes, random), links, random);
  const pair = drawEnds(graph, task, random, wanted);
  if (pair === undefined) return "balance";
  const all = graph.links.slice();
  for (let left = draw(options.redundancies, random); left > 0; left--) {
    const start = all.length;
    for (const own of drawPathGraph(3, links, random).links) all.push(own.map((target) => target + start));
  }
  const names = drawNames(all.length, naming, random);
  const facts = all.map(
    (children, index): Fact => ({
      name: names[index] as string,
      operator: undefined,
      children,
      literal: task === "max_sum_path" ? random.integer(values[0], values[1]) : undefined,
      stated: true,
    }),
  );
  return { task, facts, query: pair[0], goal: pair[1] };
}

/** Two nodes; a sum is asked for from the one that can reach the other, if any can. */
function drawEnds(
  { links, reaches }: PathGraph,
  task: PromptbenchTask,
  random: Random,
  wanted: Value | undefined,
): [number, number] | undefined {
  for (let attempt = 0; attempt < links.length; attempt++) {
    const start = random.integer(0, links.length - 1);
    const other = random.integer(0, links.length - 2);
    const goal = other >= start ? other + 1 : other;
    if (task === "max_sum_path") return reaches(goal, start) ? [goal, start] : [start, goal];
    if (wanted === undefined || reaches(start, goal) === wanted) return [start, goal];
  }
  return undefined;
}

import type { Random, Value } from "@bridge-rl/spec";
import type { TreeOperator } from "./fact.js";

/** What trees are drawn by. */
export interface TreeRules {
  readonly children: number;
  readonly extraLinks: number;
  drawOperator(random: Random): TreeOperator;
  drawLeaf(random: Random): Value | undefined;
  /** Whether a root may stand on a square and a square on a root. */
  readonly degenerate: boolean;
  /** Values that inner nodes may have; what leaves the range is drawn anew. Undefined allows all exact ones. */
  readonly intermediates: readonly [number, number] | undefined;
}

/** A node of a tree that is being drawn; children stand before it. */
export interface TreeNode {
  readonly operator: TreeOperator | undefined;
  readonly children: number[];
  readonly literal: Value | undefined;
  /** The value so far; meaningless in logic. */
  value: number;
}

const redraws = 20;
/** Beyond it, integers are not exact. */
const largestExact = 2 ** 53;

/**
 * Draws a tree into `nodes`, in post-order (DyVal, `DAG/dag.py`). A child that its parent cannot take (the root of a negative number, a
 * divisor of 0) is drawn anew on the spot.
 *
 * @returns the position of the root, or -1 where no tree was found
 */
export function drawTree(nodes: TreeNode[], depth: number, rules: TreeRules, random: Random, parent?: TreeOperator): number {
  if (depth === 1) {
    const literal = rules.drawLeaf(random);
    return nodes.push({ operator: undefined, children: [], literal, value: typeof literal === "number" ? literal : 0 }) - 1;
  }
  const { intermediates } = rules;
  if (intermediates === undefined) return drawInner(nodes, depth, rules, random, parent);
  const start = nodes.length;
  for (let draw = 0; draw <= redraws; draw++) {
    const root = drawInner(nodes, depth, rules, random, parent);
    if (root !== -1 && isWithin((nodes[root] as TreeNode).value, intermediates)) return root;
    nodes.length = start;
  }
  return -1;
}

function isWithin(value: number, [minimum, maximum]: readonly [number, number]): boolean {
  return value >= minimum && value <= maximum;
}

function drawInner(nodes: TreeNode[], depth: number, rules: TreeRules, random: Random, parent: TreeOperator | undefined): number {
  let operator = rules.drawOperator(random);
  if (!rules.degenerate) for (let draw = 0; undoes(operator, parent) && draw < redraws; draw++) operator = rules.drawOperator(random);
  const count = isUnary(operator) ? 1 : rules.children;
  const children: number[] = [];
  for (let place = 0; place < count; place++) {
    const start = nodes.length;
    let child = drawTree(nodes, depth - 1, rules, random, operator);
    for (let draw = 0; child !== -1 && isImpossible(operator, place, (nodes[child] as TreeNode).value); draw++) {
      if (draw === redraws) return -1;
      nodes.length = start;
      child = drawTree(nodes, depth - 1, rules, random, operator);
    }
    if (child === -1) return -1;
    children.push(child);
  }
  const value = apply(operator, children, nodes);
  if (!(Math.abs(value) <= largestExact)) return -1;
  return nodes.push({ operator, children, literal: undefined, value }) - 1;
}

function undoes(operator: TreeOperator, parent: TreeOperator | undefined): boolean {
  return (operator === "square" && parent === "sqrt") || (operator === "sqrt" && parent === "square");
}

function isImpossible(operator: TreeOperator, place: number, value: number): boolean {
  return (operator === "sqrt" && value < 0) || (operator === "/" && place > 0 && value === 0);
}

export function isUnary(operator: TreeOperator): boolean {
  return operator === "square" || operator === "sqrt" || operator === "not";
}

/** The value of an arithmetic operator on nodes; 0 in logic. */
function apply(operator: TreeOperator, children: readonly number[], nodes: readonly TreeNode[]): number {
  if (operator === "and" || operator === "or" || operator === "not") return 0;
  let value = (nodes[children[0] as number] as TreeNode).value;
  if (operator === "square") return value * value;
  if (operator === "sqrt") return Math.sqrt(value);
  for (let place = 1; place < children.length; place++) {
    const operand = (nodes[children[place] as number] as TreeNode).value;
    if (operator === "+") value += operand;
    else if (operator === "-") value -= operand;
    else if (operator === "*") value *= operand;
    else value = operand === 0 ? Number.NaN : value / operand;
  }
  return value;
}

/**
 * Adds links from inner nodes to any node that does not rest on them (DyVal's `extra_links_per_node`), and computes the values again.
 *
 * @returns false where the values do not stand them
 */
export function addExtraLinks(nodes: TreeNode[], root: number, rules: TreeRules, random: Random): boolean {
  for (const node of nodes.keys()) {
    const { operator, children } = nodes[node] as TreeNode;
    const targets = random.shuffle([...nodes.keys()]);
    if (operator === undefined || isUnary(operator)) continue;
    for (let link = 0; link < rules.extraLinks; link++) {
      const target = targets.find((other) => {
        if (operator === "/" && (nodes[other] as TreeNode).value === 0) return false;
        return !restsOn(nodes, other, node);
      });
      if (target !== undefined) children.push(target);
    }
  }
  const done = new Uint8Array(nodes.length);
  return compute(root);

  function compute(index: number): boolean {
    if (done[index] === 1) return true;
    done[index] = 1;
    const node = nodes[index] as TreeNode;
    if (node.operator === undefined) return true;
    for (const child of node.children) if (!compute(child)) return false;
    node.value = apply(node.operator, node.children, nodes);
    return Math.abs(node.value) <= largestExact && (rules.intermediates === undefined || isWithin(node.value, rules.intermediates));
  }
}

/** Whether a node is another one, or rests on it. */
export function restsOn(nodes: readonly TreeNode[], node: number, other: number): boolean {
  return node === other || (nodes[node] as TreeNode).children.some((child) => restsOn(nodes, child, other));
}

import { hash } from "node:crypto";
import { BridgeError, type Expression, type GraphNode, mix32, type ReasoningGraph, type Split } from "@bridge-rl/spec";

/**
 * Hashes the solution template of a graph: SHA-256 (hex) of what the target is computed from, without names, constants and distractors.
 *
 * The template does not depend on the order in which independent nodes stand, and terms of sums and products are put into a
 * canonical order first, so a reordered solution keeps its hash. Whether a quantity is stated or inferred does not count either:
 * the solution computes it alike.
 */
export function structureHash(graph: ReasoningGraph): string {
  return hash("sha256", new Template(graph).text, "hex");
}

const codes = { "+": 1, "-": 2, "*": 3, "/": 4, square: 5, sqrt: 6, and: 7, or: 8, not: 9 } as const;

/** The solution written from the target down, each node where it is first needed, later as a number. */
class Template {
  readonly text: string;
  readonly #nodes: readonly GraphNode[];
  /** A 32-bit hash of each node with all it rests on, unfolded to a tree: what terms are sorted by. */
  readonly #shapes: Int32Array;
  /** How many nodes were complete before each, or −1. */
  readonly #numbers: Int32Array;
  #written = 0;

  constructor({ nodes, target }: ReasoningGraph) {
    this.#nodes = nodes;
    this.#shapes = new Int32Array(nodes.length);
    this.#numbers = new Int32Array(nodes.length).fill(-1);
    for (const { id, expression, necessary } of nodes) if (necessary) this.#shapes[id] = mix32(this.#shape(expression) + 0x27d4eb2f);
    this.text = this.#node(target);
  }

  #node(id: number): string {
    const known = this.#numbers[id] as number;
    if (known >= 0) return `${known}`;
    const text = this.#expression((this.#nodes[id] as GraphNode).expression);
    this.#numbers[id] = this.#written++;
    return `[${text}]`;
  }

  #expression(expression: Expression): string {
    if (expression.kind === "constant") return "c";
    if (expression.kind === "reference") return this.#node(expression.node);
    const { operator, operands } = expression;
    let text = `(${operator}`;
    for (const operand of isCommutative(operator) ? this.#sorted(operands) : operands) text += `${this.#expression(operand)},`;
    return `${text})`;
  }

  #sorted(operands: readonly Expression[]): readonly Expression[] {
    const sorted = operands.slice();
    for (let index = 1; index < sorted.length; index++) {
      const operand = sorted[index] as Expression;
      const shape = this.#shape(operand);
      let at = index;
      for (; at > 0 && this.#shape(sorted[at - 1] as Expression) > shape; at--) sorted[at] = sorted[at - 1] as Expression;
      sorted[at] = operand;
    }
    return sorted;
  }

  #shape(expression: Expression): number {
    if (expression.kind === "constant") return 0x5bd1e995;
    if (expression.kind === "reference") return this.#shapes[expression.node] as number;
    const { operator, operands } = expression;
    let shape: number = codes[operator];
    if (isCommutative(operator)) {
      // A sum of mixed hashes does not depend on their order.
      let sum = operands.length;
      for (const operand of operands) sum = (sum + mix32(this.#shape(operand))) | 0;
      shape = (shape ^ sum) | 0;
    } else {
      for (const operand of operands) shape = mix32(Math.imul(shape ^ this.#shape(operand), 0x01000193) + 0x165667b1);
    }
    return mix32(shape) | 0;
  }
}

function isCommutative(operator: keyof typeof codes): boolean {
  return operator === "+" || operator === "*";
}

/** How many buckets the space of templates has, and how many of them are for training (iGSM, `const/params.py`). */
const bucketCount = 23;
const trainBuckets = 16;

/**
 * The part of the space of problems that a structure hash belongs to: the hash modulo 23 is below 16 for train, the others are test.
 *
 * @throws BridgeError `invalid-input` where it is not a hexadecimal hash
 */
export function splitOf(structureHash: string): Exclude<Split, "all"> {
  if (!/^[0-9a-f]+$/.test(structureHash)) throw new BridgeError("invalid-input", `"${structureHash}" is not a hexadecimal hash`);
  let bucket = 0;
  for (let index = 0; index < structureHash.length; index++) {
    bucket = (bucket * 16 + Number.parseInt(structureHash.charAt(index), 16)) % bucketCount;
  }
  return bucket < trainBuckets ? "train" : "test";
}

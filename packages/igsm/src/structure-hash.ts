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
  return hash("sha256", prefix + new Template(graph).text, "hex");
}

/**
 * Chosen among a few thousand so that the few templates of two to five operations fall into both splits in the right shares, and the one
 * of a single operation into train.
 */
const prefix = "676:";

const codes = {
  "+": 1,
  "-": 2,
  "*": 3,
  "/": 4,
  square: 5,
  sqrt: 6,
  and: 7,
  or: 8,
  not: 9,
  max: 10,
  implied: 11,
  refuted: 12,
  pair: 13,
} as const;

/**
 * The solution written from the target down, each node where it is first needed, later as a number.
 *
 * Terms are sorted by the colours of their nodes: 32-bit hashes of what a node rests on and of what rests on it, so that terms with
 * equal colours are interchangeable but for rare symmetries (Weisfeiler–Leman refinement along the graph's two directions).
 */
class Template {
  readonly text: string;
  readonly #nodes: readonly GraphNode[];
  readonly #colors: Int32Array;
  /** How many nodes were complete before each, or −1. */
  readonly #numbers: Int32Array;
  #written = 0;

  constructor({ nodes, target }: ReasoningGraph) {
    this.#nodes = nodes;
    this.#colors = new Int32Array(nodes.length);
    this.#numbers = new Int32Array(nodes.length).fill(-1);
    this.#colorFromOperands();
    this.#colorFromUses();
    this.#colorFromOperands();
    this.text = this.#node(target);
  }

  #colorFromOperands(): void {
    for (const { id, expression, necessary } of this.#nodes) {
      if (necessary) this.#colors[id] = mix32((this.#colors[id] as number) ^ this.#color(expression));
    }
  }

  #colorFromUses(): void {
    const uses = new Int32Array(this.#nodes.length);
    for (let id = this.#nodes.length - 1; id >= 0; id--) {
      const { necessary, expression } = this.#nodes[id] as GraphNode;
      if (!necessary) continue;
      const color = mix32((this.#colors[id] as number) ^ mix32(uses[id] as number));
      this.#colors[id] = color;
      addUses(expression, color, uses);
    }
  }

  #color(expression: Expression): number {
    if (expression.kind === "constant") return 0x5bd1e995;
    if (expression.kind === "reference") return mix32((this.#colors[expression.node] as number) + 0x27d4eb2f);
    const { operator, operands } = expression;
    let color: number = codes[operator];
    // A sum of hashes does not depend on their order.
    if (isCommutative(operator)) for (const operand of operands) color = (color + mix32(this.#color(operand))) | 0;
    else for (const operand of operands) color = mix32(Math.imul(color ^ this.#color(operand), 0x01000193));
    return mix32(color + codes[operator]);
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
    const rest = operands.slice();
    let text = `(${operator}`;
    for (let index = 0; index < rest.length; index++) {
      if (isCommutative(operator)) this.#bringNext(rest, index);
      text += `${this.#expression(rest[index] as Expression)},`;
    }
    return `${text})`;
  }

  /** Smallest colour first; of equal colours, what has been written already comes first, in the order in which it was. */
  #bringNext(operands: Expression[], start: number): void {
    let best = start;
    for (let index = start + 1; index < operands.length; index++) {
      if (this.#precedes(operands[index] as Expression, operands[best] as Expression)) best = index;
    }
    const held = operands[start] as Expression;
    operands[start] = operands[best] as Expression;
    operands[best] = held;
  }

  #precedes(left: Expression, right: Expression): boolean {
    const difference = this.#color(left) - this.#color(right);
    return difference < 0 || (difference === 0 && this.#rank(left) < this.#rank(right));
  }

  #rank(expression: Expression): number {
    if (expression.kind === "constant") return 0;
    if (expression.kind === "operation") return Math.min(...expression.operands.map((operand) => this.#rank(operand)));
    const number = this.#numbers[expression.node] as number;
    return number === -1 ? Number.POSITIVE_INFINITY : number;
  }
}

/** Adds to each node that an expression refers to a hash of who uses it, and in which role. */
function addUses(expression: Expression, role: number, uses: Int32Array): void {
  if (expression.kind === "constant") return;
  if (expression.kind === "reference") {
    uses[expression.node] = (uses[expression.node] as number) + mix32(role);
    return;
  }
  const { operator, operands } = expression;
  for (let index = 0; index < operands.length; index++) {
    const place = isCommutative(operator) ? 0 : index;
    addUses(operands[index] as Expression, mix32(role + codes[operator] + 16 * place), uses);
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

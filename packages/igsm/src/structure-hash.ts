import { hash } from "node:crypto";
import { BridgeError, type Expression, type GraphNode, mix32, type ReasoningGraph, type Split } from "@bridge-rl/spec";

const codes = { "+": 1, "-": 2, "*": 3, "/": 4, square: 5, sqrt: 6, and: 7, or: 8, not: 9 } as const;

/**
 * Hashes the solution template of a graph: SHA-256 (hex) of what the target is computed from, without names, constants and distractors.
 *
 * The template does not depend on the order in which independent nodes stand, and terms of sums and products are put into a
 * canonical order first, so a reordered solution keeps its hash. Whether a quantity is stated or inferred does not count either:
 * the solution computes it alike.
 */
export function structureHash(graph: ReasoningGraph): string {
  const { nodes, target } = graph;
  const shapes = new Int32Array(nodes.length);
  for (const { id, expression, necessary } of nodes) if (necessary) shapes[id] = shapeOf(expression, shapes);
  const numbers = new Map<number, number>();
  return hash("sha256", describe(target), "hex");

  function describe(id: number): string {
    const known = numbers.get(id);
    if (known !== undefined) return `${known}`;
    // Numbered on the way out: operands have smaller numbers than what they make.
    const text = write((nodes[id] as GraphNode).expression);
    numbers.set(id, numbers.size);
    return `[${text}]`;
  }

  function write(expression: Expression): string {
    if (expression.kind === "constant") return "c";
    if (expression.kind === "reference") return describe(expression.node);
    const { operator, operands } = expression;
    return `(${operator}${canonical(operands, operator, shapes).map(write).join(",")})`;
  }
}

/** Operands in an order that their own templates decide, where the operator allows it. */
function canonical(operands: readonly Expression[], operator: keyof typeof codes, shapes: Int32Array): readonly Expression[] {
  if (operator !== "+" && operator !== "*") return operands;
  const keyed = operands.map((operand) => ({ operand, shape: shapeOf(operand, shapes) }));
  return keyed.sort((left, right) => left.shape - right.shape).map(({ operand }) => operand);
}

/** A 32-bit hash of an expression with all it rests on, unfolded to a tree. */
function shapeOf(expression: Expression, shapes: Int32Array): number {
  if (expression.kind === "constant") return 0x5bd1e995;
  if (expression.kind === "reference") return mix32((shapes[expression.node] as number) + 0x27d4eb2f);
  const { operator, operands } = expression;
  const parts = operands.map((operand) => shapeOf(operand, shapes));
  if (operator === "+" || operator === "*") parts.sort((left, right) => left - right);
  let shape = mix32(codes[operator]);
  for (const part of parts) shape = mix32(Math.imul(shape ^ part, 0x01000193) + 0x165667b1);
  return shape;
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

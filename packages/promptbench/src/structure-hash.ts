import { hash } from "node:crypto";
import { BridgeError, type Expression, mix32, type ReasoningGraph, type Split } from "@bridge-rl/spec";

const commutative: ReadonlySet<string> = new Set(["+", "*", "and", "or", "max"]);

/** Separates these templates from those of other packages. */
const prefix = "dyval:";

/**
 * Hashes the solution template: SHA-256 (hex) of the operators and of who feeds whom, from the target down.
 *
 * Names, constants, distractors and the order of what can change places make no difference, but for rare symmetries among shared nodes.
 */
export function structureHash(graph: ReasoningGraph): string {
  return hash("sha256", prefix + template(graph), "hex");
}

function template({ nodes, target }: ReasoningGraph): string {
  const colors = new Int32Array(target + 1);
  for (let id = 0; id <= target; id++) colors[id] = color((nodes[id] as ReasoningGraph["nodes"][number]).expression);
  const numbers = new Int32Array(target + 1);
  let written = 0;
  return node(target);

  function color(expression: Expression): number {
    if (expression.kind === "constant") return typeof expression.value === "string" ? 2 : 1;
    if (expression.kind === "reference") return mix32((colors[expression.node] as number) + 0x27d4eb2f);
    const { operator, operands } = expression;
    const sorted = commutative.has(operator);
    let result = operator.charCodeAt(0) * 256 + operator.length;
    for (const operand of operands) {
      // A sum of hashes does not depend on their order.
      result = sorted ? (result + mix32(color(operand))) | 0 : mix32(Math.imul(result ^ color(operand), 0x01000193));
    }
    return mix32(result);
  }

  function node(id: number): string {
    const known = numbers[id] as number;
    if (known > 0) return String(known);
    const text = write((nodes[id] as ReasoningGraph["nodes"][number]).expression);
    written++;
    numbers[id] = written;
    return `[${text}]`;
  }

  function write(expression: Expression): string {
    if (expression.kind === "constant") return typeof expression.value === "string" ? "?" : "c";
    if (expression.kind === "reference") return node(expression.node);
    const { operator } = expression;
    let { operands } = expression;
    if (commutative.has(operator)) operands = operands.slice().sort((left, right) => color(left) - color(right));
    let text = `(${operator}`;
    for (const operand of operands) text += ` ${write(operand)}`;
    return `${text})`;
  }
}

/** How many buckets the space of templates has, and how many of them are for training, as in iGSM. */
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
  for (const digit of structureHash) bucket = (bucket * 16 + Number.parseInt(digit, 16)) % bucketCount;
  return bucket < trainBuckets ? "train" : "test";
}

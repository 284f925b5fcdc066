import { hash } from "node:crypto";
import { BridgeError, type Expression, type GraphNode, mix32, type ReasoningGraph, type Split } from "@bridge-rl/spec";

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
  const draft: TemplateDraft = { nodes, colors: new Int32Array(target + 1), numbers: new Int32Array(target + 1), written: 0 };
  for (let id = 0; id <= target; id++) draft.colors[id] = colorOf((nodes[id] as GraphNode).expression, draft.colors);
  return writeNode(target, draft);
}

interface TemplateDraft {
  readonly nodes: readonly GraphNode[];
  /** 32-bit hashes of what each node rests on. */
  readonly colors: Int32Array;
  /** How many nodes were complete with each, or 0. */
  readonly numbers: Int32Array;
  written: number;
}

function colorOf(expression: Expression, colors: Int32Array): number {
  if (expression.kind === "constant") return typeof expression.value === "string" ? 2 : 1;
  if (expression.kind === "reference") return mix32((colors[expression.node] as number) + 0x27d4eb2f);
  const { operator, operands } = expression;
  const sorted = commutative.has(operator);
  let result = operator.charCodeAt(0) * 256 + operator.length;
  for (const operand of operands) {
    // A sum of hashes does not depend on their order.
    const color = colorOf(operand, colors);
    result = sorted ? (result + mix32(color)) | 0 : mix32(Math.imul(result ^ color, 0x01000193));
  }
  return mix32(result);
}

function writeNode(id: number, draft: TemplateDraft): string {
  const known = draft.numbers[id] as number;
  if (known > 0) return String(known);
  const text = write((draft.nodes[id] as GraphNode).expression, draft);
  draft.written++;
  draft.numbers[id] = draft.written;
  return `[${text}]`;
}

function write(expression: Expression, draft: TemplateDraft): string {
  if (expression.kind === "constant") return typeof expression.value === "string" ? "?" : "c";
  if (expression.kind === "reference") return writeNode(expression.node, draft);
  const { operator } = expression;
  let { operands } = expression;
  if (commutative.has(operator)) {
    operands = operands.slice().sort((left, right) => colorOf(left, draft.colors) - colorOf(right, draft.colors));
  }
  let text = `(${operator}`;
  for (const operand of operands) text += ` ${write(operand, draft)}`;
  return `${text})`;
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

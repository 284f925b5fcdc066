import type { Expression, GraphNode, Operator, Random, ReasoningGraph, Value } from "@bridge-rl/spec";
import { boundsOf } from "./bounds.js";

/** What an operator is mistaken for. */
const confusions: Readonly<Partial<Record<Operator, Operator>>> = { "+": "-", "-": "+", "*": "+", "/": "*" };

/** From here on one more or less is no slip that anyone would notice. */
const large = 1e6;

/**
 * A wrong value such as a slip gives it: another operation, one or ten too many or too few; for a truth value its opposite.
 *
 * @returns undefined where there is none, as for words
 */
export function wrongValue({ expression, value }: GraphNode, graph: ReasoningGraph, random: Random): Value | undefined {
  if (typeof value === "boolean") return !value;
  if (typeof value !== "number" || expression.kind !== "operation") return undefined;
  const near = Math.abs(value) < large ? [value + 1, value - 1, ...(Math.abs(value) >= 20 ? [value + 10, value - 10] : [])] : [2 * value];
  const candidates = [confuse(expression, graph), ...near].flatMap((candidate) => {
    const wrapped = candidate === undefined ? Number.NaN : wrap(candidate, graph.modulus);
    return Number.isFinite(wrapped) && wrapped !== value ? [wrapped] : [];
  });
  return random.pick(candidates);
}

function confuse(expression: Extract<Expression, { kind: "operation" }>, graph: ReasoningGraph): number | undefined {
  const operator = confusions[expression.operator];
  if (operator === undefined) return undefined;
  const exact = boundsOf({ ...expression, operator }, (node) => {
    const value = graph.nodes[node]?.value;
    return typeof value === "number" ? { low: value, high: value } : undefined;
  });
  return exact?.low;
}

/** Also turns −0 into 0. */
function wrap(value: number, modulus: number | undefined): number {
  return modulus === undefined ? value + 0 : ((value % modulus) + modulus) % modulus;
}

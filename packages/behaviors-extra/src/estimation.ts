import { type BehaviorFactory, defineBehavior, type GraphNode, numberOptions, type ReasoningGraph, type Step } from "@bridge-rl/spec";
import { type Bounds, boundsOf } from "./internal/bounds.js";
import { addTo, derivationsOf, weave } from "./internal/weave.js";

export interface EstimationOptions {
  /** Chance that a value is estimated before it is computed. @defaultValue 0.2 */
  readonly probability?: number | undefined;
  /** Operands are rounded down and up to multiples of this, larger ones to their first digit. @defaultValue 10 */
  readonly unit?: number | undefined;
}

/**
 * Says between which bounds a value must lie before computing it.
 *
 * The bounds come from the operands, each rounded down and up, and from the numbers that the premise itself has: interval
 * arithmetic, so they always hold. They never rest on anything that has not been derived. Truth values, words, copies of other values and,
 * with a modulus, what may wrap around are not estimated.
 */
export const estimation: BehaviorFactory<"@bridge-rl/estimation", EstimationOptions> = defineBehavior({
  name: "@bridge-rl/estimation",
  specVersion: 1,
  options: numberOptions({
    probability: { default: 0.2, minimum: 0, maximum: 1 },
    unit: { default: 10, minimum: 1 },
  }),
  inject(trace, { graph, random, options: { probability, unit } }) {
    const estimates = new Map<number, Step[]>();
    for (const [number, { node: id }] of derivationsOf(trace).entries()) {
      const node = graph.nodes[id];
      if (node?.expression.kind !== "operation" || !random.fork("estimate", id).chance(probability)) continue;
      const bounds = estimate(node, graph, unit);
      if (bounds !== undefined) addTo(estimates, number, { kind: "estimate", node: id, ...bounds, behavior: "@bridge-rl/estimation" });
    }
    return weave(trace, estimates, new Map());
  },
});

function estimate({ expression, value }: GraphNode, graph: ReasoningGraph, unit: number): Bounds | undefined {
  const exact = boundsOf(expression, (operand) => {
    const known = graph.nodes[operand]?.value;
    return typeof known === "number" ? around(known, Math.max(unit, magnitude(known))) : undefined;
  });
  if (exact === undefined) return undefined;
  const rounded = { low: Math.floor(exact.low / unit) * unit + 0, high: Math.ceil(exact.high / unit) * unit + 0 };
  const bounds = graph.modulus === undefined ? rounded : withinOnePeriod(exact, graph.modulus);
  // Floating-point numbers can fail by their last digit where integers can't.
  const holds = bounds !== undefined && typeof value === "number" && bounds.low <= value && value <= bounds.high;
  // Bounds that meet are no estimate.
  return holds && bounds.low < bounds.high ? bounds : undefined;
}

function around(value: number, unit: number): Bounds {
  const low = Math.floor(value / unit) * unit;
  return { low, high: low + unit };
}

/** The power of ten of a number's first digit. */
function magnitude(value: number): number {
  return value === 0 ? 0 : 10 ** Math.floor(Math.log10(Math.abs(value)));
}

/** The bounds after reduction; undefined where they don't reduce to bounds that say anything. */
function withinOnePeriod({ low, high }: Bounds, modulus: number): Bounds | undefined {
  const period = Math.floor(low / modulus);
  if (Math.floor(high / modulus) !== period || high - low >= modulus - 1) return undefined;
  return { low: low - period * modulus, high: high - period * modulus };
}

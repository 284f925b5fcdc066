import type { Random } from "@bridge-rl/spec";
import type { ResolvedIgsmOptions } from "../options.js";

/**
 * Working memory of the generator: flat integer arrays that one source allocates once and every attempt overwrites.
 *
 * Parameters are numbered: `0 … edgeCount−1` are instance parameters (one per edge of the structure graph), the rest abstract ones.
 * Layer 0 is the top; containers stand above what they contain.
 */
export interface Draft {
  layerCount: number;
  /** Items per layer. */
  readonly sizes: Int32Array;
  /** Number of the first item of each layer, and behind the last the item count. */
  readonly firstItem: Int32Array;
  readonly layerOfItem: Int32Array;
  edgeCount: number;
  /** Edges stand in the order of their containers: those of item x are `edgeStart[x] … edgeStart[x+1]−1`. */
  readonly edgeStart: Int32Array;
  readonly edgeContainer: Int32Array;
  readonly edgeItem: Int32Array;
  /** `[item × layer]`: the parameter "each item's category", or −1. */
  readonly abstractOf: Int32Array;
  parameterCount: number;
  readonly abstractItem: Int32Array;
  readonly abstractLayer: Int32Array;
  /** What abstract parameters are made of, in the order of the expression: `[a, b, …]` or `[a, x, b, y, …]` for a·x + b·y + …. */
  readonly partStart: Int32Array;
  readonly parts: Int32Array;
  /** Binary steps of the abstract parameters; instance parameters start with 1. */
  readonly cost: Int32Array;
  /** 1 where a parameter is part of the problem. */
  readonly chosen: Uint8Array;
  chosenCount: number;
  /** Operations of the chosen parameters. */
  operations: number;
  /** Chosen parameters in a topological order; the necessary ones come first, the target is the last of them. */
  readonly order: Int32Array;
  orderCount: number;
  necessaryCount: number;
  /** Position in `order`, or −1. */
  readonly position: Int32Array;
  /** `[parameter × maximumInDegree]`: the parents of instance parameters, `inDegree` of them, a literal not counted. */
  readonly parents: Int32Array;
  readonly parentCount: Int32Array;
  /** 1 where a literal is among the parents of an instance parameter. */
  readonly hasLiteral: Uint8Array;
  /** The literal of an instance parameter, and whether it multiplies (1) or is added (0). */
  readonly literal: Int32Array;
  readonly multiplies: Uint8Array;
  /** 1 where two parents are subtracted, not added. */
  readonly subtracts: Uint8Array;
  readonly value: Float64Array;
  /** 1 for distractors that don't rest on the necessary part. */
  readonly independent: Uint8Array;
  /** Scratch lists. */
  readonly listA: Int32Array;
  readonly listB: Int32Array;
  readonly flags: Uint8Array;
  readonly counts: Int32Array;
  readonly weights: Float64Array;
}

/** Allocates memory that is large enough for every problem that the options allow. */
export function createDraft(options: ResolvedIgsmOptions): Draft {
  const { layers, items, maximumInDegree } = options;
  const pairCount = (layers.maximum - 1) * items.maximum * items.maximum;
  const itemCount = layers.maximum * items.maximum;
  const abstractCount = itemCount * (layers.maximum - 1);
  const parameterCount = pairCount + abstractCount;
  const partCount = 2 * pairCount * layers.maximum;
  return {
    layerCount: 0,
    sizes: new Int32Array(layers.maximum),
    firstItem: new Int32Array(layers.maximum + 1),
    layerOfItem: new Int32Array(itemCount),
    edgeCount: 0,
    edgeStart: new Int32Array(itemCount + 1),
    edgeContainer: new Int32Array(pairCount),
    edgeItem: new Int32Array(pairCount),
    abstractOf: new Int32Array(itemCount * layers.maximum),
    parameterCount: 0,
    abstractItem: new Int32Array(parameterCount),
    abstractLayer: new Int32Array(parameterCount),
    partStart: new Int32Array(parameterCount + 1),
    parts: new Int32Array(partCount),
    cost: new Int32Array(parameterCount),
    chosen: new Uint8Array(parameterCount),
    chosenCount: 0,
    operations: 0,
    order: new Int32Array(parameterCount),
    orderCount: 0,
    necessaryCount: 0,
    position: new Int32Array(parameterCount),
    parents: new Int32Array(parameterCount * maximumInDegree),
    parentCount: new Int32Array(parameterCount),
    hasLiteral: new Uint8Array(parameterCount),
    literal: new Int32Array(parameterCount),
    multiplies: new Uint8Array(parameterCount),
    subtracts: new Uint8Array(parameterCount),
    value: new Float64Array(parameterCount),
    independent: new Uint8Array(parameterCount),
    listA: new Int32Array(Math.max(parameterCount, pairCount)),
    listB: new Int32Array(Math.max(parameterCount, pairCount)),
    flags: new Uint8Array(Math.max(parameterCount, pairCount)),
    counts: new Int32Array(parameterCount),
    weights: new Float64Array(parameterCount),
  };
}

/** Moves `count` uniformly drawn entries of `list[0 … length−1]` to its front. */
export function drawToFront(list: Int32Array, length: number, count: number, random: Random): void {
  for (let index = 0; index < count; index++) {
    const other = random.integer(index, length - 1);
    const held = list[index] as number;
    list[index] = list[other] as number;
    list[other] = held;
  }
}

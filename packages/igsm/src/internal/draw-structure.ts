import type { Random } from "@bridge-rl/spec";
import type { IntegerRange, ResolvedIgsmOptions } from "../options.js";
import { type Draft, drawToFront } from "./draft.js";

/**
 * Draws a value of a range with softmax weights −(relative difficulty − preference)², where preferences run from 0.2 to 0.8
 * (iGSM, `gen_param_light`): nearly even, with larger graphs for longer problems.
 */
export function drawByDifficulty(random: Random, range: IntegerRange, difficulty: number): number {
  const { minimum, maximum } = range;
  if (minimum === maximum) return minimum;
  let total = 0;
  for (let value = minimum; value <= maximum; value++) total += weightOf(value, minimum, maximum, difficulty);
  let rest = random.next() * total;
  for (let value = minimum; value < maximum; value++) {
    rest -= weightOf(value, minimum, maximum, difficulty);
    if (rest < 0) return value;
  }
  return maximum;
}

function weightOf(value: number, minimum: number, maximum: number, difficulty: number): number {
  const preference = 0.2 + (0.6 * (value - minimum)) / (maximum - minimum);
  return Math.exp(-((difficulty - preference) ** 2));
}

/**
 * Draws the structure graph into the draft: layers of items, and edges "container holds item" between neighbouring layers.
 * Every container holds at least one item, so no abstract parameter is silently 0.
 */
export function drawStructure(draft: Draft, random: Random, options: ResolvedIgsmOptions, operations: number): void {
  const { items, maximumEdges } = options;
  const difficulty = maximumEdges > 1 ? (operations - 1) / (maximumEdges - 1) : 1;
  const layerCount = drawByDifficulty(random, fittingLayers(options), difficulty);
  const mostItems = Math.min(items.maximum, Math.floor(maximumEdges / (layerCount - 1)));
  const itemRange = { minimum: items.minimum, maximum: mostItems };
  const first = drawByDifficulty(random, itemRange, difficulty);
  const second = drawByDifficulty(random, itemRange, difficulty);
  const fewest = Math.min(first, second);
  const most = Math.max(first, second);
  const growth = random.next();
  const lowest = (layerCount - 1) * fewest;
  const edges = Math.min(random.integer(lowest, maximumEdges), random.integer(lowest, maximumEdges), (layerCount - 1) * most * most);
  draft.layerCount = layerCount;
  growLayers(draft, random, { fewest, most, edges, growth }, 0);
  numberItems(draft);
  drawEdges(draft, random, edges);
  numberAbstracts(draft);
}

/** Leaves out numbers of layers whose fewest edges exceed the most allowed. */
function fittingLayers(options: ResolvedIgsmOptions): IntegerRange {
  const { layers, items, maximumEdges } = options;
  return { minimum: layers.minimum, maximum: Math.min(layers.maximum, 1 + Math.floor(maximumEdges / items.minimum)) };
}

/** Bounds of the structure graph of one problem. */
export interface LayerBounds {
  /** Fewest items of a layer. */
  readonly fewest: number;
  /** Most items of a layer. */
  readonly most: number;
  readonly edges: number;
  /** The chance that a layer grows although the edges have room. */
  readonly growth: number;
}

/**
 * Starts at the fewest items and adds until the edges have room, then while a coin of the given probability says so.
 *
 * @param firstCovered  which layers' items have an edge each at least: all but the last from 0, all but the first from 1
 */
export function growLayers(draft: Draft, random: Random, { fewest, most, edges, growth }: LayerBounds, firstCovered: 0 | 1): void {
  const { sizes, layerCount } = draft;
  for (let layer = 0; layer < layerCount; layer++) sizes[layer] = fewest;
  for (let open = layerCount * (most - fewest); open > 0; open--) {
    let room = 0;
    let covered = 0;
    for (let layer = 0; layer < layerCount - 1; layer++) {
      room += (sizes[layer] as number) * (sizes[layer + 1] as number);
      covered += sizes[layer + firstCovered] as number;
    }
    if (room >= edges && (covered === edges || !random.chance(growth))) return;
    let growing = 0;
    for (let layer = 0; layer < layerCount; layer++) if ((sizes[layer] as number) < most) growing++;
    let skip = random.integer(0, growing - 1);
    for (let layer = 0; layer < layerCount; layer++) {
      if ((sizes[layer] as number) < most && skip-- === 0) {
        sizes[layer] = (sizes[layer] as number) + 1;
        break;
      }
    }
  }
}

/** Numbers the items layer by layer. */
export function numberItems(draft: Draft): void {
  const { sizes, firstItem, layerOfItem, layerCount } = draft;
  let item = 0;
  for (let layer = 0; layer < layerCount; layer++) {
    firstItem[layer] = item;
    for (let count = sizes[layer] as number; count > 0; count--) layerOfItem[item++] = layer;
  }
  firstItem[layerCount] = item;
}

/** One random item for each container, then pairs drawn evenly without replacement. */
function drawEdges(draft: Draft, random: Random, edges: number): void {
  const { sizes, layerCount, listA: open, flags: taken } = draft;
  let pairCount = 0;
  let takenCount = 0;
  let openCount = 0;
  for (let layer = 0; layer < layerCount - 1; layer++) {
    const below = sizes[layer + 1] as number;
    for (let container = 0; container < (sizes[layer] as number); container++) {
      const first = random.integer(0, below - 1);
      for (let item = 0; item < below; item++) {
        taken[pairCount] = item === first ? 1 : 0;
        if (item !== first) open[openCount++] = pairCount;
        pairCount++;
      }
      takenCount++;
    }
  }
  fillEdges(draft, random, edges - takenCount, openCount);
}

/** Takes more of the open pairs of neighbouring layers, evenly without replacement, and lists all that are taken as edges. */
export function fillEdges(draft: Draft, random: Random, wanted: number, openCount: number): void {
  const { sizes, firstItem, layerCount, listA: open, flags: taken, edgeStart, edgeContainer, edgeItem } = draft;
  const extra = Math.min(Math.max(wanted, 0), openCount);
  drawToFront(open, openCount, extra, random);
  for (let index = 0; index < extra; index++) taken[open[index] as number] = 1;
  let edge = 0;
  let pair = 0;
  let container = 0;
  for (let layer = 0; layer < layerCount - 1; layer++) {
    const firstBelow = firstItem[layer + 1] as number;
    for (let count = sizes[layer] as number; count > 0; count--) {
      edgeStart[container] = edge;
      for (let item = 0; item < (sizes[layer + 1] as number); item++) {
        if (taken[pair++] === 1) {
          edgeContainer[edge] = container;
          edgeItem[edge++] = firstBelow + item;
        }
      }
      container++;
    }
  }
  edgeStart[container] = edge;
  draft.edgeCount = edge;
}

/** Numbers the abstract parameters behind the edges and lists what each is made of and what it costs. */
export function numberAbstracts(draft: Draft): void {
  const { layerCount, firstItem, layerOfItem, edgeStart, edgeItem, abstractOf, abstractItem, abstractLayer } = draft;
  const { partStart, parts, cost, edgeCount } = draft;
  const containerCount = firstItem[layerCount - 1] as number;
  for (let edge = 0; edge < edgeCount; edge++) cost[edge] = 1;
  let parameter = edgeCount;
  for (let item = 0; item < containerCount; item++) {
    for (let layer = (layerOfItem[item] as number) + 1; layer < layerCount; layer++) {
      abstractOf[item * layerCount + layer] = parameter;
      abstractItem[parameter] = item;
      abstractLayer[parameter++] = layer;
    }
  }
  let part = 0;
  for (let abstract = edgeCount; abstract < parameter; abstract++) {
    const item = abstractItem[abstract] as number;
    const layer = abstractLayer[abstract] as number;
    const deep = layer > (layerOfItem[item] as number) + 1;
    partStart[abstract] = part;
    for (let edge = edgeStart[item] as number; edge < (edgeStart[item + 1] as number); edge++) {
      parts[part++] = edge;
      if (deep) parts[part++] = abstractOf[(edgeItem[edge] as number) * layerCount + layer] as number;
    }
    cost[abstract] = Math.max(1, part - (partStart[abstract] as number) - 1);
  }
  partStart[parameter] = part;
  draft.parameterCount = parameter;
}

/** Whether an abstract parameter sums products: its category lies more than one layer below its container. */
export function isDeep(draft: Draft, abstract: number): boolean {
  const item = draft.abstractItem[abstract] as number;
  return (draft.abstractLayer[abstract] as number) > (draft.layerOfItem[item] as number) + 1;
}

import type { Random } from "@bridge-rl/spec";
import { type Draft, drawToFront } from "../draft.js";
import { numberAbstracts, numberItems } from "../draw-structure.js";
import type { OriginalSettings } from "./draw-settings.js";

/**
 * Draws the structure graph as the original does (arXiv 2407.20311): every item below the top has a container, but containers may hold
 * nothing, in which case they have 0 of every category, silently.
 */
export function drawOriginalStructure(draft: Draft, random: Random, settings: OriginalSettings): void {
  draft.layerCount = settings.layerCount;
  growLayers(draft, random, settings);
  numberItems(draft);
  drawEdges(draft, random, settings.edges);
  numberAbstracts(draft);
}

/** Starts at the fewest items and adds until the edges have room, then while a coin of the given probability says so. */
function growLayers(draft: Draft, random: Random, { fewest, most, edges, growth, layerCount }: OriginalSettings): void {
  const { sizes } = draft;
  sizes.fill(fewest, 0, layerCount);
  for (let open = layerCount * (most - fewest); open > 0; open--) {
    let room = 0;
    let held = 0;
    for (let layer = 1; layer < layerCount; layer++) {
      room += (sizes[layer - 1] as number) * (sizes[layer] as number);
      held += sizes[layer] as number;
    }
    if (room >= edges && (held === edges || !random.chance(growth))) return;
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

/** One random container for each item below the top, then pairs drawn evenly without replacement. */
function drawEdges(draft: Draft, random: Random, edges: number): void {
  const { sizes, firstItem, layerCount, listA: open, flags: taken, edgeStart, edgeContainer, edgeItem } = draft;
  let firstPair = 0;
  let takenCount = 0;
  let openCount = 0;
  for (let layer = 0; layer < layerCount - 1; layer++) {
    const containers = sizes[layer] as number;
    const items = sizes[layer + 1] as number;
    for (let item = 0; item < items; item++) {
      const holder = random.integer(0, containers - 1);
      for (let container = 0; container < containers; container++) {
        const pair = firstPair + container * items + item;
        taken[pair] = container === holder ? 1 : 0;
        if (container !== holder) open[openCount++] = pair;
      }
    }
    takenCount += items;
    firstPair += containers * items;
  }
  const extra = Math.min(Math.max(edges - takenCount, 0), openCount);
  drawToFront(open, openCount, extra, (minimum, maximum) => random.integer(minimum, maximum));
  for (let index = 0; index < extra; index++) taken[open[index] as number] = 1;
  let edge = 0;
  let pair = 0;
  let container = 0;
  for (let layer = 0; layer < layerCount - 1; layer++) {
    const firstBelow = firstItem[layer + 1] as number;
    for (let count = sizes[layer] as number; count > 0; count--) {
      edgeStart[container] = edge;
      for (let item = 0; item < (sizes[layer + 1] as number); item++) {
        if (taken[pair++] !== 1) continue;
        edgeContainer[edge] = container;
        edgeItem[edge++] = firstBelow + item;
      }
      container++;
    }
  }
  edgeStart[container] = edge;
  draft.edgeCount = edge;
}

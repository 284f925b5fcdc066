import type { Random } from "@bridge-rl/spec";
import type { Draft } from "../draft.js";
import { fillEdges, growLayers, numberAbstracts, numberItems } from "../draw-structure.js";
import type { OriginalSettings } from "./draw-settings.js";

/**
 * Draws the structure graph as the original does (arXiv 2407.20311): every item below the top has a container, but containers may hold
 * nothing, in which case they have 0 of every category, silently.
 */
export function drawOriginalStructure(draft: Draft, random: Random, settings: OriginalSettings): void {
  draft.layerCount = settings.layerCount;
  growLayers(draft, random, settings, 1);
  numberItems(draft);
  drawEdges(draft, random, settings.edges);
  numberAbstracts(draft);
}

/** One random container for each item below the top, then pairs drawn evenly without replacement. */
function drawEdges(draft: Draft, random: Random, edges: number): void {
  const { sizes, layerCount, listA: open, flags: taken } = draft;
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
  fillEdges(draft, random, edges - takenCount, openCount);
}

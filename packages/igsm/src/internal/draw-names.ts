import type { Random } from "@bridge-rl/spec";
import type { Draft } from "./draft.js";
import type { NameKind, NameLayer, NameTable } from "./name-table.js";

/** Names of a problem's items, by number, and of its layers. */
export interface DrawnNames {
  readonly items: readonly string[];
  /** How the names of what an item holds begin, by the item's number: `each Canvas Bag's `. */
  readonly openings: readonly string[];
  readonly categories: readonly string[];
}

/** Draws an ecosystem, a window of its layers, one kind per layer and distinct names of that kind. */
export function drawNames(draft: Draft, random: Random, ecosystems: NameTable): DrawnNames {
  const { layerCount, sizes } = draft;
  const layers = random.pick(ecosystems) as readonly NameLayer[];
  const first = random.integer(0, layers.length - layerCount);
  const items: string[] = [];
  const openings: string[] = [];
  const categories: string[] = [];
  for (let layer = 0; layer < layerCount; layer++) {
    const { category, kinds } = layers[first + layer] as NameLayer;
    categories.push(category);
    const kind = random.pick(kinds) as NameKind;
    const layerStart = items.length;
    const layerEnd = layerStart + (sizes[layer] as number);
    while (items.length < layerEnd) {
      let at = random.integer(0, kind.names.length - 1);
      // Steps on past names that are taken already: few are, and a name must be found in bounded time.
      while (isTaken(items, layerStart, kind.names[at] as string)) at = at === kind.names.length - 1 ? 0 : at + 1;
      items.push(kind.names[at] as string);
      openings.push(kind.openings[at] as string);
    }
  }
  return { items, openings, categories };
}

function isTaken(items: readonly string[], start: number, name: string): boolean {
  for (let item = start; item < items.length; item++) if (items[item] === name) return true;
  return false;
}

import type { Random } from "@bridge-rl/spec";
import type { Ecosystem, Vocabulary } from "../vocabulary.js";
import type { Draft } from "./draft.js";

/** Names of a problem's items, by number, and of its layers. */
export interface DrawnNames {
  readonly items: readonly string[];
  readonly categories: readonly string[];
}

/** Draws an ecosystem, a window of its layers, one kind per layer and distinct names of that kind. */
export function drawNames(draft: Draft, random: Random, vocabulary: Vocabulary): DrawnNames {
  const { layerCount, sizes } = draft;
  const ecosystem = random.pick(vocabulary.ecosystems) as Ecosystem;
  const first = random.integer(0, ecosystem.layers.length - layerCount);
  const items: string[] = [];
  const categories: string[] = [];
  for (let layer = 0; layer < layerCount; layer++) {
    const { category, kinds } = ecosystem.layers[first + layer] as Ecosystem["layers"][number];
    categories.push(category);
    const { names } = random.pick(kinds) as (typeof kinds)[number];
    const layerStart = items.length;
    while (items.length < layerStart + (sizes[layer] as number)) {
      let at = random.integer(0, names.length - 1);
      // Steps on past names that are taken already: few are, and a name must be found in bounded time.
      while (items.includes(names[at] as string, layerStart)) at = at === names.length - 1 ? 0 : at + 1;
      items.push(names[at] as string);
    }
  }
  return { items, categories };
}

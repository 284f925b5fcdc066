import type { Vocabulary } from "../../vocabulary.js";
import type { Structure } from "./structure.js";

/** A category asked of a container: "each Museum District's Ingredient". */
export interface CategoryUse {
  readonly container: string;
  readonly category: string;
}

/** How many layers a category lies below a container that holds something; undefined or below 1 where it doesn't. */
export type Distance = (container: string, category: string) => number | undefined;

/** The ecosystems of the two published generators, from top to bottom, with words that show an item of the top layer. */
const published: readonly { readonly categories: readonly string[]; readonly top: RegExp }[] = [
  {
    categories: ["district", "supermarket", "product", "ingredient"],
    top: /District|Communit|Homes|Area|Zone|Campus|Quarter|Complex|Housing|[Hh]ouses|Park|Neighborhood|Condominium|Duplex|Civic|Harbor|Valley|Town|Village/,
  },
  {
    categories: ["zoo", "enclosure", "animal", "bone"],
    top: /\bZoo|Park|Insectarium|[Ww]orld|Reserve|Wildlife|Gardens?\b|National|Marine|Farm|Miami/,
  },
  {
    categories: ["school", "classroom", "backpack", "stationery"],
    top: /School|Elementary|Primary|High\b|Secondary|Academy|University|College|Institute|Middle|Online|Kindergarten|Versity|Preschool/,
  },
  {
    categories: ["ecosystems", "creatures", "organs", "cells"],
    top: /land\b|orest|Park\b|Desert|Ocean|Ecosystem|Reef|Lake|Pond|Prairie|Estuary|Savanna|Taiga|Meadow|Veldt|New York|\bin [A-Z]|Tundra|River|Swamp|Marsh|Sea\b|Garden|Bois/,
  },
];

/**
 * Finds the layers of categories, which a problem leaves to common knowledge. Known vocabularies say them; otherwise the order of the
 * published categories and the layers of the structure leave one reading, or two of which the names of the top layer tell the likelier.
 *
 * @returns readings in order of likelihood, at least one
 */
export function categoryLayers(structure: Structure, uses: readonly CategoryUse[], vocabulary: Vocabulary | undefined): Distance[] {
  const known = vocabulary && fromVocabulary(vocabulary, uses);
  if (known !== undefined) return [known];
  const ecosystem = published.find(({ categories }) => uses.some(({ category }) => categories.includes(category.toLowerCase())));
  if (ecosystem === undefined) return [nearest(structure, uses)];
  const layers = structure.layers();
  const layerCount = Math.max(...layers) + 1;
  const offsets: number[] = [];
  for (let offset = 0; offset <= Math.max(0, 4 - layerCount); offset++) {
    const fits = uses.every(({ container, category }) => {
      const item = structure.find(container);
      const place = ecosystem.categories.indexOf(category.toLowerCase());
      if (item === undefined || (structure.children[item] as number[]).length === 0 || place === -1) return true;
      return place - offset > (layers[item] as number) && place - offset < layerCount;
    });
    if (fits) offsets.push(offset);
  }
  if (offsets.length === 0) return [nearest(structure, uses)];
  const top = structure.items.filter((_, item) => layers[item] === 0);
  const looksTop = top.filter((name) => ecosystem.top.test(name)).length * 2 >= top.length;
  if (!looksTop) offsets.sort((left, right) => Math.sign(left === 0 ? 1 : 0) - Math.sign(right === 0 ? 1 : 0));
  return offsets.map((offset) => (container, category) => {
    const item = structure.find(container);
    const place = ecosystem.categories.indexOf(category.toLowerCase());
    if (item === undefined || place === -1 || place - offset >= layerCount) return undefined;
    return place - offset - (layers[item] as number);
  });
}

function fromVocabulary({ ecosystems }: Vocabulary, uses: readonly CategoryUse[]): Distance | undefined {
  const ecosystem = ecosystems.find(({ layers }) =>
    uses.every(({ container, category }) => {
      const place = layers.findIndex((layer) => layer.category === category);
      return place > 0 && layerOf(container, place) >= 0;

      function layerOf(name: string, below: number): number {
        for (let layer = 0; layer < below; layer++) if (layers[layer]?.kinds.some(({ names }) => names.includes(name))) return layer;
        return -1;
      }
    }),
  );
  if (ecosystem === undefined) return undefined;
  const { layers } = ecosystem;
  return (container, category) => {
    const place = layers.findIndex((layer) => layer.category === category);
    const from = layers.findIndex(({ kinds }) => kinds.some(({ names }) => names.includes(container)));
    return place === -1 || from === -1 ? undefined : place - from;
  };
}

/** Without any knowledge of the categories: as near as their uses allow, each in a layer of its own. */
function nearest(structure: Structure, uses: readonly CategoryUse[]): Distance {
  const layers = structure.layers();
  const least = new Map<string, number>();
  for (const { container, category } of uses) {
    const item = structure.find(container);
    if (item === undefined) continue;
    least.set(category, Math.max(least.get(category) ?? 0, (layers[item] as number) + 1));
  }
  const taken = new Set<number>();
  const found = new Map<string, number>();
  for (const [category, minimum] of [...least].sort((left, right) => left[1] - right[1])) {
    let layer = minimum;
    while (taken.has(layer)) layer++;
    taken.add(layer);
    found.set(category, layer);
  }
  return (container, category) => {
    const item = structure.find(container);
    const layer = found.get(category);
    return item === undefined || layer === undefined ? undefined : layer - (layers[item] as number);
  };
}

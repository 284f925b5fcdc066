import { BridgeError, type GraphNode, type Random, type ReasoningGraph } from "@bridge-rl/spec";
import type { Ecosystem, Vocabulary, VocabularyKind, VocabularyLayer } from "../vocabulary.js";
import { indexVocabulary } from "./parse/vocabulary-index.js";

/** A quantity's name in its two parts. */
interface NameParts {
  readonly container: string;
  readonly held: string;
}

/**
 * Draws the parts of all names of a graph anew: an ecosystem, a window of its layers, one kind per layer and names of that kind.
 *
 * @throws BridgeError `invalid-input` where the names are not of one ecosystem of the vocabulary
 */
export function drawOtherNames({ nodes }: ReasoningGraph, random: Random, vocabulary: Vocabulary): NameParts[] {
  const labels = nodes.map(partsOf);
  const index = indexVocabulary(vocabulary).find(({ items, categories }) =>
    labels.every(
      ({ container, item, category }) =>
        items.has(container) && (item === undefined ? categories.has(category as string) : items.has(item)),
    ),
  );
  if (index === undefined) {
    throw new BridgeError(
      "invalid-input",
      `no ecosystem of the vocabulary ${vocabulary.name} has all names of the problem; pass its own vocabulary`,
    );
  }
  const layerOf = ({ item, category }: { readonly item: string | undefined; readonly category: string | undefined }) =>
    (item === undefined ? index.categories.get(category as string) : index.items.get(item)) as number;
  const items = [...new Set(labels.flatMap(({ container, item }) => (item === undefined ? [container] : [container, item])))];
  const layers = [...items.map((item) => layerOf({ item, category: undefined })), ...labels.map(layerOf)];
  const [top, bottom] = [Math.min(...layers), Math.max(...layers)];
  const byLayer = Array.from({ length: bottom - top + 1 }, (_, layer) =>
    items.filter((item) => layerOf({ item, category: undefined }) === top + layer),
  );

  const window = drawWindow(
    random,
    vocabulary,
    byLayer.map(({ length }) => length),
  );
  const others = new Map<string, string>();
  for (const [layer, old] of byLayer.entries()) {
    const names = random.shuffle((random.pick(kindsOf(window[layer] as VocabularyLayer, old.length)) as VocabularyKind).names);
    for (const [place, item] of old.entries()) others.set(item, names[place] as string);
  }
  return labels.map(({ container, item, category }) => ({
    container: others.get(container) as string,
    held: item === undefined ? (window[layerOf({ item, category }) - top] as VocabularyLayer).category : (others.get(item) as string),
  }));
}

interface LabelParts {
  readonly container: string;
  readonly item: string | undefined;
  readonly category: string | undefined;
}

function partsOf({ name, label }: GraphNode): LabelParts {
  const { container, item, category } = label ?? {};
  if (typeof container !== "string" || (typeof item !== "string" && typeof category !== "string")) {
    throw new BridgeError(
      "invalid-input",
      `${name} has no label with a container and an item or category; names of iGSM's problems can be replaced`,
    );
  }
  return { container, item: typeof item === "string" ? item : undefined, category: typeof category === "string" ? category : undefined };
}

/** Layers of an ecosystem, one behind the other, that have names enough. Those that the problem has now are among them. */
function drawWindow(random: Random, { ecosystems }: Vocabulary, counts: readonly number[]): readonly VocabularyLayer[] {
  const windows = ecosystems.map((ecosystem) => windowsOf(ecosystem, counts)).filter(({ length }) => length > 0);
  return random.pick(random.pick(windows) as (readonly VocabularyLayer[])[]) as readonly VocabularyLayer[];
}

function windowsOf({ layers }: Ecosystem, counts: readonly number[]): (readonly VocabularyLayer[])[] {
  const windows = layers.map((_, first) => layers.slice(first, first + counts.length));
  return windows.filter(
    (window) => window.length === counts.length && window.every((layer, place) => kindsOf(layer, counts[place] as number).length > 0),
  );
}

function kindsOf({ kinds }: VocabularyLayer, count: number): readonly VocabularyKind[] {
  return kinds.filter(({ names }) => names.length >= count);
}

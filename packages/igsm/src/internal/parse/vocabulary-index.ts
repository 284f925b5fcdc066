import { defaultVocabulary } from "../../default-vocabulary.js";
import type { Ecosystem, Vocabulary } from "../../vocabulary.js";

/** Which layer of an ecosystem each name and each category is of. */
interface EcosystemIndex {
  readonly items: ReadonlyMap<string, number>;
  readonly categories: ReadonlyMap<string, number>;
}

/** The ecosystems of a vocabulary, ready to be searched. */
export function indexVocabulary(vocabulary: Vocabulary): readonly EcosystemIndex[] {
  return vocabulary === defaultVocabulary ? defaultIndex : vocabulary.ecosystems.map(indexEcosystem);
}

function indexEcosystem({ layers }: Ecosystem): EcosystemIndex {
  const items = new Map<string, number>();
  const categories = new Map<string, number>();
  for (const [layer, { category, kinds }] of layers.entries()) {
    categories.set(category, layer);
    for (const { names } of kinds) for (const name of names) items.set(name, layer);
  }
  return { items, categories };
}

const defaultIndex: readonly EcosystemIndex[] = defaultVocabulary.ecosystems.map(indexEcosystem);

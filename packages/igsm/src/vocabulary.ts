import { BridgeError } from "@bridge-rl/spec";
import * as z from "zod";

/** Names of one kind, for example the primary schools among the schools. A problem takes each layer's names from one kind. */
export interface VocabularyKind {
  readonly kind: string;
  readonly names: readonly string[];
}

/** One layer of an ecosystem. `category` is what its items are called together, for example `School`. */
export interface VocabularyLayer {
  readonly category: string;
  readonly kinds: readonly VocabularyKind[];
}

/** Layers from top to bottom: the items of each contain those of the next. */
export interface Ecosystem {
  readonly name: string;
  readonly layers: readonly VocabularyLayer[];
}

/** What problems take their names from. Plain JSON. */
export interface Vocabulary {
  readonly name: string;
  readonly ecosystems: readonly Ecosystem[];
}

/** The shape of a vocabulary; `checkVocabulary` looks at the names. */
export const vocabularySchema: z.ZodType<Vocabulary> = z.strictObject({
  name: z.string().min(1),
  ecosystems: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        layers: z.array(
          z.strictObject({
            category: z.string(),
            kinds: z.array(z.strictObject({ kind: z.string(), names: z.array(z.string()) })).min(1),
          }),
        ),
      }),
    )
    .min(1),
});

/**
 * Checks that problems can be made from a vocabulary: enough layers and names, and names that read back without doubt.
 *
 * @param layers  most layers of a problem
 * @param items   most items per layer
 * @throws BridgeError `invalid-option` that says which entry is wrong
 */
export function checkVocabulary(vocabulary: Vocabulary, layers: number, items: number): void {
  const { name, ecosystems } = vocabulary;
  for (const ecosystem of ecosystems) {
    const where = `${name}, ${ecosystem.name}`;
    if (ecosystem.layers.length < layers) refuse(where, `${ecosystem.layers.length} layers where problems have up to ${layers}`);
    const seen = new Set<string>();
    for (const { category, kinds } of ecosystem.layers) {
      take(seen, category, where);
      for (const { kind, names } of kinds) {
        const place = `${where}, ${category}, ${kind}`;
        if (names.length < items) refuse(place, `${names.length} names where a layer has up to ${items} items`);
        for (const item of names) take(seen, item, place);
      }
    }
  }
}

function take(seen: Set<string>, name: string, where: string): void {
  if (!/^\p{L}[\p{L} &-]*$/u.test(name)) {
    refuse(where, `"${name}" is not a name: use letters, spaces, hyphens and "&", no digits, apostrophes, commas or full stops`);
  }
  if (seen.has(name)) refuse(where, `"${name}" occurs twice in this ecosystem`);
  seen.add(name);
}

function refuse(where: string, reason: string): never {
  throw new BridgeError("invalid-option", `the vocabulary does not fit at ${where}: ${reason}`);
}

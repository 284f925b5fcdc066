import type { Vocabulary } from "../vocabulary.js";

/** Names of one kind. */
export interface NameKind {
  readonly names: readonly string[];
  /** How the names of what each holds begin: `each Canvas Bag's `. */
  readonly openings: readonly string[];
}

/** A layer of an ecosystem. */
export interface NameLayer {
  readonly category: string;
  readonly kinds: readonly NameKind[];
}

/** The layers of each ecosystem. */
export type NameTable = readonly (readonly NameLayer[])[];

/** Makes of a vocabulary what problems are named with. */
export function nameTable({ ecosystems }: Vocabulary): NameTable {
  return ecosystems.map(({ layers }) =>
    layers.map(({ category, kinds }) => ({
      category,
      // Joined and not written as a template, which engines keep in pieces that each name would be put together from again.
      kinds: kinds.map(({ names }) => ({ names, openings: names.map((name) => ["each ", name, "'s "].join("")) })),
    })),
  );
}

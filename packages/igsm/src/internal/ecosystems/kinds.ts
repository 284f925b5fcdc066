import type { VocabularyKind } from "../../vocabulary.js";

/** Splits lists of names at their commas. */
export function kinds(lists: Readonly<Record<string, string>>): VocabularyKind[] {
  return Object.entries(lists).map(([kind, names]) => ({ kind, names: names.split(",").map((name) => name.trim()) }));
}

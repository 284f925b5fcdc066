import { structureHash as hashStructure } from "@bridge-rl/dag";
import type { ReasoningGraph } from "@bridge-rl/spec";

/**
 * Chosen among a few thousand so that the few templates of two to five operations fall into both splits in the right shares, and the one
 * of a single operation into train.
 */
const namespace = "676:";

/**
 * Hashes the solution template of a graph: SHA-256 (hex) of what the target is computed from, without names, constants and distractors.
 *
 * The template does not depend on the order in which independent nodes stand, nor on that of the terms of sums and products, so a
 * reordered solution keeps its hash. Whether a quantity is stated or inferred does not count either: the solution computes it alike.
 */
export function structureHash(graph: ReasoningGraph): string {
  return hashStructure(graph, { namespace });
}

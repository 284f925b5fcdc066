import type { Random } from "@bridge-rl/spec";
import type { ResolvedIgsmOptions } from "../../options.js";
import { drawByDifficulty } from "../draw-structure.js";

/** What the original draws before it builds graphs, and keeps until one of them can be ordered (iGSM, `gen_param_light`). */
export interface OriginalSettings {
  readonly layerCount: number;
  /** Items per layer. */
  readonly fewest: number;
  readonly most: number;
  readonly edges: number;
  /** Chance of one more item while that is possible. */
  readonly growth: number;
  /** Operations of abstract parameters with all they need. */
  readonly abstractBudget: number;
  /** Operations of these and of the single instance parameters. */
  readonly instanceBudget: number;
}

/** Draws the settings of a problem. The operations are drawn before, once, where the original draws them anew until they fit. */
export function drawOriginalSettings(random: Random, options: ResolvedIgsmOptions, operations: number): OriginalSettings {
  const { layers, items, maximumEdges } = options;
  const abstractBudget = Math.max(random.integer(1, operations), random.integer(1, operations));
  const instanceBudget = random.integer(abstractBudget, operations);
  const difficulty = maximumEdges > 1 ? (operations - 1) / (maximumEdges - 1) : 1;
  const mostLayers = Math.min(layers.maximum, 1 + Math.floor(maximumEdges / items.minimum));
  const layerCount = drawByDifficulty(random, { minimum: layers.minimum, maximum: mostLayers }, difficulty);
  const mostItems = Math.min(items.maximum, Math.floor(maximumEdges / (layerCount - 1)));
  const first = drawByDifficulty(random, { minimum: items.minimum, maximum: mostItems }, difficulty);
  const second = drawByDifficulty(random, { minimum: items.minimum, maximum: mostItems }, difficulty);
  const fewest = Math.min(first, second);
  const most = Math.max(first, second);
  const growth = random.next();
  const lowest = (layerCount - 1) * fewest;
  const drawn = Math.min(random.integer(lowest, maximumEdges), random.integer(lowest, maximumEdges));
  return { layerCount, fewest, most, edges: Math.min(drawn, (layerCount - 1) * most * most), growth, abstractBudget, instanceBudget };
}

import type { PromptbenchOptions } from "./options.js";
import type { PromptbenchTask } from "./tasks.js";

/**
 * BRIDGE's problems for SFT (arXiv 2505.18917, §4.1, App. B): arithmetic of depth 4 with 0–8 redundancies. It keeps answers within ±1000
 * and ends prompts with the question.
 */
export const bridgePaper: PromptbenchOptions = {
  task: "arithmetic",
  depth: 4,
  redundancies: [0, 8],
  answers: [-1000, 1000],
  phrasebook: "brief",
};

/** BRIDGE's problems for RL and its in-distribution test: depth 5 with 0–8 redundancies. */
export const bridgePaperReinforcement: PromptbenchOptions = { ...bridgePaper, depth: 5 };

/** BRIDGE's out-of-distribution test: depth 5 with 20–22 redundancies. */
export const bridgePaperOutOfDistribution: PromptbenchOptions = { ...bridgePaperReinforcement, redundancies: [20, 22] };

/**
 * Arithmetic for models of a million parameters, ours and not the paper's: depth 4 as in its SFT, but sums, differences and products alone, no
 * value above 10, so that such a model has a token for each, at most 2 redundancies, the terse wording, and solutions that begin
 * with what is given. No value is 0, because a product with 0 is a shortcut.
 */
export const smallModel: PromptbenchOptions = {
  task: "arithmetic",
  depth: 4,
  operators: ["+", "-", "*"],
  values: [1, 9],
  intermediates: [1, 10],
  answers: [1, 10],
  integers: true,
  redundancies: [0, 2],
  steps: "bottom-up",
  phrasebook: "terse",
};

/** The same out of distribution: 3 redundancies, with which the names take all 24 small letters. */
export const smallModelOutOfDistribution: PromptbenchOptions = { ...smallModel, redundancies: 3 };

/**
 * DyVal's four levels of complexity: trees of depth and width (2, 2), (3, 2), (3, 3), (4, 2), graphs of nodes and most links (7, 3),
 * (10, 4), (15, 6), (20, 8).
 */
export function complexityLevels(task: PromptbenchTask): PromptbenchOptions[] {
  const sizes = [
    [7, 3],
    [10, 4],
    [15, 6],
    [20, 8],
  ] as const;
  if (task === "reachability" || task === "max_sum_path") return sizes.map(([nodes, most]) => ({ task, nodes, links: [1, most] }));
  return [
    { task, depth: 2, children: 2 },
    { task, depth: 3, children: 2 },
    { task, depth: 3, children: 3 },
    { task, depth: 4, children: 2 },
  ];
}

import type { GraphNode, ReasoningGraph } from "@bridge-rl/spec";

export interface PictureOptions {
  /** Names the picture, also for screen readers. @defaultValue "Reasoning graph" */
  readonly title?: string;
  /** Describes the picture to who cannot see it. @defaultValue the node counts and the target's name */
  readonly description?: string;
  /** Shows the value under each name. @defaultValue false */
  readonly values?: boolean;
  /** Shows nodes that the target does not need. @defaultValue true */
  readonly distractors?: boolean;
}

/** Fills in what a picture says and lists the nodes it shows. */
export function resolvePicture(graph: ReasoningGraph, options: PictureOptions): Required<PictureOptions> & { nodes: readonly GraphNode[] } {
  const { title = "Reasoning graph", values = false, distractors = true } = options;
  const nodes = graph.nodes.filter((node) => distractors || node.necessary);
  const spare = nodes.filter((node) => !node.necessary).length;
  const target = graph.nodes[graph.target]?.name ?? "nothing";
  const count = nodes.length - spare;
  const { description = `${count} quantities lead to ${target}; ${spare} more are not needed.` } = options;
  return { title, description, values, distractors, nodes };
}

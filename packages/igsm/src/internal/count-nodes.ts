import type { Difficulty, GraphNode, ReasoningGraph } from "@bridge-rl/spec";

/** How hard a problem of that many operations is: the steps of its shortest solution, its premises, and those that it does not need. */
export function countNodes(graph: ReasoningGraph, operations: number): Difficulty {
  let premises = 0;
  let steps = 0;
  let distractors = 0;
  for (let node = 0; node < graph.nodes.length; node++) {
    const { stated, necessary } = graph.nodes[node] as GraphNode;
    if (stated) premises++;
    if (necessary) steps++;
    else if (stated) distractors++;
  }
  return { operations, steps, premises, distractors };
}

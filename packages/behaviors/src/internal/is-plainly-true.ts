import type { GraphNode, ReasoningGraph, Step, Trace } from "@bridge-rl/spec";

/**
 * Whether a solution of derivations, attempts and restatements is true, told in one pass.
 *
 * @returns false also of what only `checkTrace` can tell, other kinds of steps among it
 */
export function isPlainlyTrue({ nodes, target }: ReasoningGraph, { steps }: Trace): boolean {
  const solved = new Array<boolean>(nodes.length).fill(false);
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index] as Step;
    if (step.kind === "restate") {
      if (nodes[step.node] === undefined) return false;
      continue;
    }
    if ((step.kind !== "derive" && step.kind !== "attempt") || solved[step.node] !== false || solved[target] === true) return false;
    const { dependencies } = nodes[step.node] as GraphNode;
    const open = countUnsolved(dependencies, solved);
    if (step.kind === "derive") {
      if (open > 0 || (step.detail !== "direct" && step.detail !== "stepwise")) return false;
      solved[step.node] = true;
    } else if (open === 0 || !isMissing(step.missing, open, dependencies, solved)) return false;
  }
  return solved[target] === true;
}

function countUnsolved(dependencies: readonly number[], solved: readonly boolean[]): number {
  let count = 0;
  for (let place = 0; place < dependencies.length; place++) if (solved[dependencies[place] as number] !== true) count++;
  return count;
}

/** Whether a list names each of the unsolved dependencies, `count` of them, in their order. */
function isMissing(missing: readonly number[], count: number, dependencies: readonly number[], solved: readonly boolean[]): boolean {
  if (!Array.isArray(missing) || missing.length !== count) return false;
  let named = 0;
  for (let place = 0; place < dependencies.length; place++) {
    const dependency = dependencies[place] as number;
    if (solved[dependency] !== true && missing[named++] !== dependency) return false;
  }
  return true;
}

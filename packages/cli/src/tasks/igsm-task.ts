import { originalErrors, type ParsedProblem, parseProblem, verifySolution } from "@bridge-rl/igsm";
import type { TextTask } from "./text-task.js";

/** iGSM in the wording of the original, of BRIDGE and of our two phrasebooks. */
export const igsmTask: TextTask = {
  solve(problem, settings) {
    const { dialect, answer, operations, graph } = parse(problem, settings.modulus);
    return { dialect, answer, operations, graph };
  },
  check(problem, solution, settings) {
    const { graph } = parse(problem, settings.modulus);
    const { valid, findings, behaviors, answer, progress, steps } = verifySolution(graph, solution);
    return {
      valid,
      findings,
      categories: originalErrors(findings),
      behaviors,
      ...(answer === undefined ? {} : { answer }),
      progress,
      steps,
    };
  },
};

function parse(problem: string, modulus: number | undefined): ParsedProblem {
  return parseProblem(problem, modulus === undefined ? {} : { modulus });
}

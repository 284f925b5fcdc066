import { randomTopologicalOrder, vanillaTrace } from "@bridge-rl/dag";
import {
  BridgeError,
  coreStepKinds,
  createRandom,
  type Demonstration,
  type Phrasebook,
  type Problem,
  type Random,
  type Trace,
} from "@bridge-rl/spec";
import type { Arm } from "./arm.js";
import { injectBehaviors } from "./inject-behaviors.js";

/**
 * Makes an arm's demonstrations of a problem: its solutions, each behind its prompts; the first is the problem's own prompt.
 *
 * Every draw comes from a stream keyed by (seed, problem id, purpose): the arms of one seed share problems, prompts, orders and
 * the wording stream, whatever else is made, in whatever order.
 *
 * @throws BridgeError `invalid-trace` for a behaviour that claims what is not so; `unsupported` for a step that the phrasebook has no
 *   words for; `invalid-plugin` for a phrasebook whose completion does not give the problem's answer
 */
export function demonstrate(problem: Problem, phrasebook: Phrasebook, arm: Arm, seed: number | string): Demonstration[] {
  const random = demonstrationStream(problem, seed);
  const prompts = Array.from({ length: arm.premiseOrders }, (_, copy) =>
    copy === 0 ? problem.prompt : phrasebook.renderPrompt(problem.graph, random.fork("prompt", copy)),
  );
  return solve(problem, arm, seed).flatMap((trace, copy) => {
    refuseUnworded(phrasebook, trace);
    const { text, spans } = phrasebook.renderTrace(problem.graph, trace, random.fork("wording", copy));
    refuseWrongAnswer(problem, phrasebook, text);
    return prompts.map((prompt) => ({
      problem: problem.id,
      prompt,
      completion: text,
      spans,
      answer: problem.answer,
      operations: problem.difficulty.operations,
    }));
  });
}

/** Makes an arm's solutions of a problem as traces, those that `demonstrate` words. @throws BridgeError `invalid-trace` */
export function solve(problem: Problem, arm: Arm, seed: number | string): Trace[] {
  const random = demonstrationStream(problem, seed);
  return Array.from({ length: arm.solutionOrders }, (_, copy) => {
    const order = copy === 0 ? undefined : randomTopologicalOrder(problem.graph, random.fork("order", copy));
    return injectBehaviors(problem.graph, vanillaTrace(problem.graph, order), arm.behaviors, random.fork("behaviors", copy));
  });
}

function demonstrationStream(problem: Problem, seed: number | string): Random {
  return createRandom(seed, `demonstration of ${problem.id}`);
}

function refuseUnworded({ name, stepKinds = coreStepKinds }: Phrasebook, { steps }: Trace): void {
  const step = steps.find(({ kind }) => !stepKinds.includes(kind));
  if (step === undefined) return;
  const owner = step.behavior === undefined ? "" : `, which ${step.behavior} writes`;
  throw new BridgeError(
    "unsupported",
    `phrasebook ${name} has no words for steps of kind ${step.kind}${owner}; it words ${stepKinds.join(", ")}: leave that behaviour out, or take another phrasebook`,
  );
}

function refuseWrongAnswer(problem: Problem, phrasebook: Phrasebook, completion: string): void {
  const parsed = phrasebook.parseAnswer(completion);
  const expected = phrasebook.formatAnswer(problem.answer);
  if (parsed === expected) return;
  throw new BridgeError(
    "invalid-plugin",
    `phrasebook ${phrasebook.name} words problem ${problem.id} so that its answer reads ${JSON.stringify(parsed)}, not "${expected}"`,
  );
}

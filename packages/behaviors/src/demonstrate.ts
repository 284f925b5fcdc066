import { randomTopologicalOrder, vanillaTrace } from "@bridge-rl/dag";
import {
  BridgeError,
  coreStepKinds,
  createRandom,
  type Demonstration,
  type Phrasebook,
  type Problem,
  type Random,
  type Step,
  stepKinds,
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
  const prompts = [problem.prompt];
  for (let copy = 1; copy < arm.premiseOrders; copy++) prompts.push(phrasebook.renderPrompt(problem.graph, random.fork("prompt", copy)));
  const { id, answer, graph, structureHash } = problem;
  const { modulus } = graph;
  const { operations } = problem.difficulty;
  const demonstrations: Demonstration[] = [];
  const traces = tracesOf(problem, arm, random);
  for (let copy = 0; copy < traces.length; copy++) {
    const trace = traces[copy] as Trace;
    refuseUnworded(phrasebook, trace);
    const { text, spans } = phrasebook.renderTrace(graph, trace, random.fork("wording", copy));
    refuseWrongAnswer(problem, phrasebook, text);
    for (const prompt of prompts) {
      const made = { problem: id, prompt, completion: text, spans, answer, operations, structureHash };
      demonstrations.push(modulus === undefined ? made : { ...made, modulus });
    }
  }
  return demonstrations;
}

/** Makes an arm's solutions of a problem as traces, those that `demonstrate` words. @throws BridgeError `invalid-trace` */
export function solve(problem: Problem, arm: Arm, seed: number | string): Trace[] {
  return tracesOf(problem, arm, demonstrationStream(problem, seed));
}

function tracesOf({ graph }: Problem, { solutionOrders, behaviors }: Arm, random: Random): Trace[] {
  const traces: Trace[] = [];
  for (let copy = 0; copy < solutionOrders; copy++) {
    const order = copy === 0 ? undefined : randomTopologicalOrder(graph, random.fork("order", copy));
    traces.push(injectBehaviors(graph, vanillaTrace(graph, order), behaviors, random.fork("behaviors", copy)));
  }
  return traces;
}

function demonstrationStream(problem: Problem, seed: number | string): Random {
  return createRandom(seed, `demonstration of ${problem.id}`);
}

function refuseUnworded({ name, stepKinds: known = coreStepKinds }: Phrasebook, { steps }: Trace): void {
  // What is no kind at all, `injectBehaviors` has refused.
  if (known === stepKinds) return;
  let place = 0;
  while (place < steps.length && known.includes((steps[place] as Step).kind)) place++;
  const step = steps[place];
  if (step === undefined) return;
  const owner = step.behavior === undefined ? "" : `, which ${step.behavior} writes`;
  throw new BridgeError(
    "unsupported",
    `phrasebook ${name} has no words for steps of kind ${step.kind}${owner}; it words ${known.join(", ")}: leave that behaviour out, or take another phrasebook`,
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

import { analysis, checkTrace, injectBehaviors, reflection, subgoal } from "@bridge-rl/behaviors";
import { behaviorLaws } from "@bridge-rl/behaviors/testing";
import { vanillaTrace } from "@bridge-rl/dag";
import { createRandom, type Problem, type Trace } from "@bridge-rl/spec";
import { phrasebookLaws, registerLaws } from "@bridge-rl/spec/testing";
import { describe, expect, test } from "vitest";
import { answerMatches, promptbench, promptbenchTasks, verifySolution } from "../src/index.js";

const behaviors = [subgoal(), analysis({ probability: 0.4, inferred: true, givens: true }), reflection({ probability: 0.5 })];

function inject({ id, graph }: Problem): Trace {
  return injectBehaviors(graph, vanillaTrace(graph), behaviors, createRandom(id, "behaviours"));
}

const cases = promptbenchTasks.flatMap((task) => (["prose", "terse"] as const).map((phrasebook) => ({ task, phrasebook })));

describe.each(cases)("behaviours in $task, $phrasebook", ({ task, phrasebook }) => {
  const size = task === "reachability" || task === "max_sum_path" ? { links: [2, 4] as const } : { depth: 4, children: 3 };
  const source = promptbench({ task, phrasebook, redundancies: 2, seed: 4, ...size });
  const problems = [...source.problems({ count: 60 })];

  registerLaws(test, phrasebookLaws(source.phrasebook, { problems, traces: (problem) => [inject(problem)] }));

  const worded = { graphs: 10, problems: problems.slice(0, 20), phrasebooks: [source.phrasebook] };
  for (const behavior of behaviors) registerLaws(test, behaviorLaws(behavior, worded));

  test("say what is true, can all be found again, and change no answer", () => {
    const found = { attempt: 0, restate: 0, stepwise: 0, check: 0, plan: 0, estimate: 0, retract: 0 };
    for (const problem of problems) {
      const trace = inject(problem);
      expect(checkTrace(problem.graph, trace)).toEqual([]);
      expect(verifySolution(problem, source.phrasebook.renderTrace(problem.graph, trace, createRandom(1)).text).valid).toBe(true);
      const { text, spans } = source.phrasebook.renderTrace(problem.graph, trace, createRandom(1));
      expect(answerMatches(problem.answer, String(source.phrasebook.parseAnswer(text)))).toBe(true);
      for (const { kind, start } of source.phrasebook.detectBehaviors(text)) {
        found[kind]++;
        const span = spans.find((one) => one.start <= start && start < one.end);
        const step = trace.steps[span?.step ?? -1];
        const isStepwise = step?.kind === "derive" && step.detail === "stepwise";
        expect(kind === "stepwise" ? isStepwise : step?.kind === kind, text.slice(span?.start, span?.end)).toBe(true);
      }
    }
    expect(found.attempt).toBeGreaterThan(0);
    expect(found.restate).toBeGreaterThan(0);
    // A premise that says something of abduction, and a single link, take one operation.
    if (task !== "abductive_logic") expect(found.stepwise).toBeGreaterThan(0);
  });
});

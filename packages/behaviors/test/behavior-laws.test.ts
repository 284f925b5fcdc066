import { type Behavior, type BehaviorContext, defineBehavior, type Step, type Trace, type Value } from "@bridge-rl/spec";
import { registerLaws } from "@bridge-rl/spec/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { analysis } from "../src/analysis.js";
import { recitation } from "../src/recitation.js";
import { reflection } from "../src/reflection.js";
import { subgoal } from "../src/subgoal.js";
import { behaviorLaws } from "../src/testing.js";

registerLaws(test, behaviorLaws(subgoal, { wrongOptions: [{ probability: 1.1 }, { minimumOperations: 0.5 }] }));
registerLaws(test, behaviorLaws(analysis, { wrongOptions: [{ probability: -1 }, { probability: [] }, { referenceCode: { level: 5 } }] }));
registerLaws(test, behaviorLaws(recitation, { wrongOptions: [{ probability: 2 }] }));
registerLaws(test, behaviorLaws(reflection, { wrongOptions: [{ probability: Number.NaN }, { distractorShare: "0.3" }] }));

describe("with other options", () => {
  registerLaws(test, behaviorLaws(subgoal({ probability: 0.5, minimumOperations: 0 })));
  registerLaws(test, behaviorLaws(analysis({ probability: 1, attempts: true, givens: true, inferred: true })));
  registerLaws(test, behaviorLaws(analysis({ referenceCode: true })));
  registerLaws(test, behaviorLaws(reflection({ probability: 1, distractorShare: 1 })));
  registerLaws(test, behaviorLaws(reflection({ referenceCode: true, probability: 0.8 })));
});

describe("the kit catches", () => {
  const broken = (inject: (trace: Trace, context: BehaviorContext<object>) => Trace) =>
    defineBehavior({ name: "@me/broken", specVersion: 1, options: z.strictObject({}), inject });
  const brokenLaws = (behavior: Behavior) =>
    behaviorLaws(behavior)
      .filter((law) => {
        try {
          law.check();
          return false;
        } catch {
          return true;
        }
      })
      .map((law) => law.name.replace("@me/broken ", "").split(",")[0]);

  test("a behaviour that is fine: nothing", () => {
    expect(brokenLaws(broken((trace) => trace)())).toEqual([]);
  });

  test("state that outlives a call", () => {
    let calls = 0;
    const behavior = broken((trace) => {
      calls++;
      return { steps: [{ kind: "remark", text: `call ${calls}`, nodes: [], behavior: "@me/broken" }, ...trace.steps] };
    });
    expect(brokenLaws(behavior())).toContain("makes the same of the same seed");
  });

  test("an untrue attempt", () => {
    const behavior = broken((trace) => {
      const [first] = trace.steps;
      if (first?.kind !== "derive") return trace;
      return { steps: [{ kind: "attempt", node: first.node, missing: [], behavior: "@me/broken" }, ...trace.steps] };
    });
    expect(brokenLaws(behavior())).toContain("says only what is true");
  });

  test("a value that nobody has seen yet", () => {
    const behavior = broken((trace, { graph }) => {
      const { value } = graph.nodes[graph.target] as { value: Value };
      return { steps: [{ kind: "remark", text: `It will be ${value}.`, nodes: [graph.target], behavior: "@me/broken" }, ...trace.steps] };
    });
    expect(brokenLaws(behavior())).toEqual(["says nothing that rests on a value before it is seen"]);
  });

  test("a mistake that stays", () => {
    const behavior = broken((trace) => {
      const [first] = trace.steps;
      if (first?.kind !== "derive") return trace;
      return { steps: [{ kind: "mistake", node: first.node, value: 1e6, behavior: "@me/broken" }, ...trace.steps] };
    });
    expect(brokenLaws(behavior())).toContain("says only what is true");
  });

  test("a target that is left out", () => {
    expect(brokenLaws(broken((trace) => ({ steps: trace.steps.slice(0, -1) }))())).toContain("says only what is true");
  });

  test("a trace that is changed in place", () => {
    const behavior = broken((trace) => {
      (trace.steps as Step[]).push({ kind: "remark", text: "Done.", nodes: [], behavior: "@me/broken" });
      return trace;
    });
    expect(brokenLaws(behavior())).toContain("changes neither the trace nor the graph it is given");
  });

  test("steps without a signature", () => {
    const behavior = broken((trace) => ({ steps: [...trace.steps, { kind: "remark", text: "Done.", nodes: [] }] }));
    expect(brokenLaws(behavior())).toEqual(["signs every step that it adds or changes"]);
  });

  test("options that are not checked", () => {
    const careless = defineBehavior({ name: "@me/careless", specVersion: 1, options: z.object({}), inject: (trace) => trace });
    const refusal = behaviorLaws(careless).find((law) => law.name.includes("refuses"));
    expect(() => refusal?.check()).toThrow(/misspelt/);
  });
});

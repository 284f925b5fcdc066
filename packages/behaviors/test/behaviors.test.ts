import { createGraphState, randomGraph, vanillaTrace } from "@bridge-rl/dag";
import { type Behavior, BridgeError, createRandom, defineBehavior, type ReasoningGraph, type Step, type Trace } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { analysis } from "../src/analysis.js";
import { injectBehaviors } from "../src/inject-behaviors.js";
import { recitation } from "../src/recitation.js";
import { reflection } from "../src/reflection.js";
import { subgoal } from "../src/subgoal.js";
import { chain } from "./chain.js";

const graph = chain();
const inject = (behavior: Behavior, on: ReasoningGraph = graph, trace: Trace = vanillaTrace(on), seed = 1) =>
  behavior.inject(trace, { graph: on, state: createGraphState(on), random: createRandom(seed) });
const told = (trace: Trace, on: ReasoningGraph = graph) => trace.steps.map((step) => describeStep(on, step));

function describeStep(on: ReasoningGraph, step: Step): string {
  const name = (id: number) => on.nodes[id]?.name;
  if (step.kind === "remark") return `remark ${step.text}`;
  const detail = step.kind === "derive" && step.detail === "stepwise" ? " stepwise" : "";
  const missing = step.kind === "attempt" ? `, missing ${step.missing.map(name).join(" ")}` : "";
  return `${step.kind} ${name(step.node)}${detail}${missing}`;
}

describe("reflection", () => {
  test("names exactly the unsolved dependencies, never first, never in a row, never when the target is due", () => {
    expect(told(inject(reflection({ probability: 1, distractorShare: 0 })))).toEqual([
      "derive a",
      expect.stringMatching(/^attempt (c, missing b|d, missing c)$/),
      "derive b",
      "attempt d, missing c",
      "derive c",
      "derive d",
    ]);
  });

  test("prefers distractors at share 1, where one is locked", () => {
    const late = vanillaTrace(graph, [1, 0, 2, 4]); // the spare one is locked until a is derived
    expect(told(inject(reflection({ probability: 1, distractorShare: 1 }), graph, late))).toEqual([
      "derive b",
      "attempt spare, missing a",
      "derive a",
      "attempt d, missing c",
      "derive c",
      "derive d",
    ]);
  });

  test("attempts at the rate it says", () => {
    let attempts = 0;
    let eligible = 0;
    for (let seed = 0; seed < 2_000; seed++) {
      const on = randomGraph(createRandom(seed), { nodes: 16, modulus: 23 });
      const trace = inject(reflection(), on, vanillaTrace(on), seed);
      attempts += trace.steps.filter((step) => step.kind === "attempt").length;
      eligible += Math.max(0, on.nodes.filter((node) => node.necessary).length - 2);
    }
    expect(eligible).toBeGreaterThan(5_000);
    expect(Math.abs(attempts / eligible - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / eligible));
  });

  test("leaves restatements with their derivations", () => {
    const trace = injectBehaviors(
      graph,
      vanillaTrace(graph),
      [analysis({ probability: 1 }), reflection({ probability: 1 })],
      createRandom(3),
    );
    for (const [index, step] of trace.steps.entries()) {
      if (step.kind === "restate") expect(trace.steps[index + 1]).toMatchObject({ kind: "derive", node: step.node });
    }
    expect(trace.steps.filter((step) => step.kind === "attempt")).toHaveLength(2);
  });
});

describe("reflection, as in the released code", () => {
  const reference = reflection({ referenceCode: true, probability: 0.5 });

  test("derives what it finds unlocked, and skips its regular step", () => {
    const order = vanillaTrace(graph);
    const seen = new Set<string>();
    for (let seed = 0; seed < 300; seed++) {
      const lines = told(inject(reference, graph, order, seed));
      expect(lines.filter((line) => line.startsWith("derive") && line !== "derive spare").sort()).toEqual([
        "derive a",
        "derive b",
        "derive c",
        "derive d",
      ]);
      expect(lines[0]).toBe("derive a");
      expect(lines.at(-1)).toBe("derive d");
      for (const line of lines) seen.add(line);
      const attempts = lines.map((line) => line.startsWith("attempt"));
      expect(attempts.some((attempted, index) => attempted && attempts[index + 1])).toBe(false);
    }
    expect([...seen].sort()).toEqual([
      "attempt c, missing b",
      "attempt d, missing c",
      "derive a",
      "derive b",
      "derive c",
      "derive d",
      "derive spare", // redundant but possible: computed in vain
    ]);
  });

  test("never does so without the option", () => {
    for (let seed = 0; seed < 300; seed++) {
      expect(told(inject(reflection({ probability: 0.5 }), graph, vanillaTrace(graph), seed))).not.toContain("derive spare");
    }
  });
});

describe("analysis", () => {
  const restated = (behavior: Behavior, on = graph) =>
    inject(behavior, on).steps.flatMap((step) => (step.kind === "restate" ? [on.nodes[step.node]?.name] : []));
  const [a, b, c, spare, d] = graph.nodes;
  if (!a || !b || !c || !spare || !d) throw new Error("the chain has five nodes");
  const inferred = { ...graph, nodes: [a, b, { ...c, stated: false }, spare, d] };

  test("repeats premises that are stated and not mere numbers, right before they are used", () => {
    expect(told(inject(analysis({ probability: 1 })))).toEqual(["derive a", "derive b", "restate c", "derive c", "restate d", "derive d"]);
    expect(restated(analysis({ probability: 1 }), inferred)).toEqual(["d"]);
    expect(restated(analysis({ probability: 1, inferred: true }), inferred)).toEqual(["c", "d"]);
    expect(restated(analysis({ probability: 1, givens: true }))).toEqual(["a", "b", "c", "d"]);
  });

  test("takes odds by the number of operands, the literal counted", () => {
    // c = a + b names two, d = c + 1 one and a literal.
    expect(restated(analysis({ probability: [1, 1, 0] }))).toEqual([]);
    expect(restated(analysis({ probability: [0, 0, 1] }))).toEqual(["c", "d"]);
  });

  test("never repeats a premise that was just repeated", () => {
    const twice = injectBehaviors(
      graph,
      vanillaTrace(graph),
      [analysis({ probability: 1 }), analysis({ probability: 1 })],
      createRandom(1),
    );
    expect(twice.steps.filter((step) => step.kind === "restate")).toHaveLength(2);
  });

  test("repeats them before attempts where it is told to", () => {
    const trace: Trace = { steps: [{ kind: "attempt", node: 2, missing: [0, 1] }, ...vanillaTrace(graph).steps] };
    expect(told(inject(analysis({ probability: 1, attempts: true }), graph, trace))[0]).toBe("restate c");
    expect(told(inject(analysis({ probability: 1 }), graph, trace))[0]).toBe("attempt c, missing a b");
  });

  test.each([
    [0, [0, 0, 0, 0, 0]],
    [1, [0, 0.1, 0.4, 0.8, 1]],
    [2, [0.1, 0.4, 0.8, 1, 1]],
    [3, [0.4, 0.8, 1, 1, 1]],
    [4, [1, 1, 1, 1, 1]],
  ] as const)("repeats the released code's level %i: rates by in-degree 1 … 5", (level, rates) => {
    for (const [index, rate] of rates.entries()) {
      const operands = Array.from({ length: index + 1 }, (_, id) => ({ kind: "reference" as const, node: id }));
      const givens = operands.map((_, id) => ({ ...a, id, name: `given ${id}` }));
      const expression = operands.length === 1 ? operands[0] : { kind: "operation" as const, operator: "+" as const, operands };
      if (expression === undefined) throw new Error("there is always one operand");
      const target = { ...d, id: givens.length, expression, dependencies: givens.map(({ id }) => id) };
      const on: ReasoningGraph = { nodes: [...givens, target], target: target.id };
      const runs = 1000;
      let hits = 0;
      for (let seed = 0; seed < runs; seed++) {
        const trace = inject(analysis({ referenceCode: { level } }), on, vanillaTrace(on), seed);
        hits += trace.steps.filter((step) => step.kind === "restate").length;
      }
      expect(Math.abs(hits / runs - rate)).toBeLessThanOrEqual(4 * Math.sqrt((rate * (1 - rate)) / runs));
    }
  });
});

describe("subgoal", () => {
  test("goes stepwise where there is more than one operation", () => {
    const [a, b, c, spare, d] = graph.nodes;
    if (!a || !b || !c || !spare || !d) throw new Error("the chain has five nodes");
    const nested = {
      kind: "operation" as const,
      operator: "*" as const,
      operands: [{ kind: "constant" as const, value: 2 }, d.expression],
    };
    const on = { ...graph, nodes: [a, b, c, spare, { ...d, expression: nested, value: 8 }] };
    const trace = inject(subgoal(), on);
    expect(told(trace, on)).toEqual(["derive a", "derive b", "derive c", "derive d stepwise"]);
    expect(trace.steps.at(-1)).toEqual({ kind: "derive", node: 4, detail: "stepwise", behavior: "@bridge-rl/subgoal" });
    expect(told(inject(subgoal({ minimumOperations: 0 })))).toEqual(
      vanillaTrace(graph).steps.map((step) => `${describeStep(graph, step)} stepwise`),
    );
    expect(told(inject(subgoal({ probability: 0 }), on), on)).toEqual(told(vanillaTrace(on), on));
  });

  test("leaves another behaviour's derivation signed as it is", () => {
    const steps: Step[] = vanillaTrace(graph).steps.map((step) => ({ ...step, behavior: "@me/other" }));
    expect(inject(subgoal({ minimumOperations: 0 }), graph, { steps }).steps.map((step) => step.behavior)).toEqual(
      Array(4).fill("@me/other"),
    );
  });
});

describe("injectBehaviors", () => {
  const remark = (name: string) =>
    defineBehavior({
      name,
      specVersion: 1,
      options: z.strictObject({}),
      inject(trace, { state, random }) {
        expect(state.unlocked().map((node) => node.name)).toEqual(["a", "b"]);
        const text = `${name} ${random.integer(0, 1e9)}`;
        return { steps: [{ kind: "remark", text, nodes: [], behavior: name }, ...trace.steps] };
      },
    })();
  const remarks = (...behaviors: Behavior[]) =>
    injectBehaviors(graph, vanillaTrace(graph), behaviors, createRandom(5)).steps.flatMap((step) =>
      step.kind === "remark" ? [step.text] : [],
    );

  test("gives each behaviour a fresh state and a stream that the others don't touch", () => {
    const [alone] = remarks(remark("one"));
    const both = remarks(remark("one"), remark("two"), remark("one"));
    expect(both).toHaveLength(3);
    expect(both[2]).toBe(alone);
    expect(both[0]).not.toBe(alone); // its second use draws from another stream
    expect(remarks(remark("two"), remark("one"))[0]).toBe(alone);
  });

  test("names the behaviour, the step and the reason of what is untrue", () => {
    const liar = defineBehavior({
      name: "@me/liar",
      specVersion: 1,
      options: z.strictObject({}),
      inject: (trace) => ({ steps: trace.steps.filter((step) => step.kind !== "derive" || step.node !== 1) }),
    });
    const attempt = () => injectBehaviors(graph, vanillaTrace(graph), [reflection(), liar()], createRandom(1));
    expect(attempt).toThrow(BridgeError);
    expect(attempt).toThrow(/behaviour @me\/liar: step \d derives node 2 \(c\), which still needs node 1 \(b\)/);
    expect(() => injectBehaviors(graph, { steps: [] }, [], createRandom(1))).toThrow(
      /the trace to inject into: step 0 should derive the target/,
    );
  });

  const rewriting = (name: string, inject: (trace: Trace) => Trace) =>
    defineBehavior({ name, specVersion: 1, options: z.strictObject({}), inject })();
  const check: Step = { kind: "check", node: 4, behavior: "@me/liar" };
  const liar = rewriting("@me/liar", ({ steps }) => ({ steps: [check, ...steps] }));
  const innocent = rewriting("@me/innocent", (trace) => trace);
  const fragile = rewriting("@me/fragile", (trace) => {
    if (trace.steps[0]?.kind === "check") throw new TypeError("too early for a check");
    return trace;
  });
  const cleaner = rewriting("@me/cleaner", ({ steps }) => ({ steps: steps.filter(({ kind }) => kind !== "check") }));
  const run = (...behaviors: Behavior[]) => injectBehaviors(graph, vanillaTrace(graph), behaviors, createRandom(1));

  test("names who was untrue first, whatever came before and after, and whoever stumbles over it", () => {
    expect(() => run(innocent, liar, innocent)).toThrow(/^behaviour @me\/liar: step 0 checks node 4/);
    expect(() => run(innocent, liar, fragile)).toThrow(
      expect.objectContaining({
        code: "invalid-trace",
        message: expect.stringMatching(/^behaviour @me\/liar/),
        cause: expect.any(TypeError),
      }),
    );
  });

  test("refuses what is untrue this time, even of a behaviour that would not say it again", () => {
    let calls = 0;
    const moody = rewriting("@me/moody", ({ steps }) => ({ steps: calls++ === 0 ? [check, ...steps] : steps }));
    expect(() => run(moody)).toThrow(/^behaviour @me\/moody/);
  });

  test("lets errors of a behaviour's own through, and calls each once", () => {
    let calls = 0;
    const broken = rewriting("@me/broken", () => {
      calls++;
      throw new RangeError("out of words");
    });
    expect(() => run(innocent, broken)).toThrow(new RangeError("out of words"));
    expect(calls).toBe(1);
  });

  test("judges what comes out: an untrue claim that a later behaviour takes out is in no solution", () => {
    expect(run(liar, cleaner)).toEqual(vanillaTrace(graph));
  });
});

describe("recitation", () => {
  test("repeats every node once, in an order of its own, and leaves the solution as it was", () => {
    const problem = randomGraph(createRandom(5), { nodes: 9 });
    const plain = vanillaTrace(problem);
    const orders = [1, 2].map((seed) => {
      const { steps } = injectBehaviors(problem, plain, [recitation()], createRandom(seed));
      expect(steps.slice(problem.nodes.length)).toEqual(plain.steps);
      return steps.slice(0, problem.nodes.length).map((step) => (step.kind === "restate" ? step.node : -1));
    });
    for (const order of orders) expect(order.toSorted((one, other) => one - other)).toEqual(problem.nodes.map(({ id }) => id));
    expect(orders[0]).not.toEqual(orders[1]);
  });
});

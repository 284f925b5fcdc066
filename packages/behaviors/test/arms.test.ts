import { igsm } from "@bridge-rl/igsm";
import { type Demonstration, defineBehavior, type Phrasebook, type Problem, type Span } from "@bridge-rl/spec";
import { registerLaws } from "@bridge-rl/spec/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { analysis } from "../src/analysis.js";
import { bridge, createArm, ppAugmentation, rcAugmentation, vanilla } from "../src/arm.js";
import { countBehaviors } from "../src/count-behaviors.js";
import { demonstrate, solve } from "../src/demonstrate.js";
import { reflection } from "../src/reflection.js";
import { subgoal } from "../src/subgoal.js";
import { behaviorLaws } from "../src/testing.js";

const books = ["prose", "terse"] as const;
const source = igsm({ operations: [5, 12], seed: 3 });
const problems = [...source.problems({ count: 60 })];
const { phrasebook } = source;
const make = (arm: Parameters<typeof demonstrate>[2], seed: number | string = 1) =>
  problems.map((problem) => demonstrate(problem, phrasebook, arm, seed));
const derivedNodes = (problem: Problem, arm: Parameters<typeof demonstrate>[2]) =>
  solve(problem, arm, 1).map((trace) => trace.steps.flatMap((step) => (step.kind === "derive" ? [step.node] : [])));

describe("iGSM's phrasebooks word all behaviours", () => {
  for (const name of books) {
    const { phrasebook: book } = igsm({ phrasebook: name });
    const options = { graphs: 1, problems: problems.slice(0, 20), phrasebooks: [book] };
    for (const behavior of [subgoal(), analysis({ probability: 0.5 }), reflection({ probability: 0.5 })]) {
      registerLaws(test, behaviorLaws(behavior, options));
    }
    registerLaws(test, behaviorLaws(reflection({ probability: 0.5, referenceCode: true }), options));
  }
});

describe("demonstrate", () => {
  test("vanilla gives one demonstration of the problem's own prompt", () => {
    for (const [index, made] of make(vanilla()).entries()) {
      const problem = problems[index] as Problem;
      expect(made).toHaveLength(1);
      expect(made[0]).toMatchObject({
        problem: problem.id,
        prompt: problem.prompt,
        answer: problem.answer,
        operations: problem.difficulty.operations,
      });
      expect(phrasebook.parseAnswer((made[0] as Demonstration).completion)).toBe(String(problem.answer));
    }
  });

  test("arms share problems and prompts, and each can be made alone, in any order", () => {
    const plain = make(vanilla()).flat();
    const rich = make(bridge()).flat();
    expect(rich.map(({ problem, prompt, answer }) => [problem, prompt, answer])).toEqual(
      plain.map(({ problem, prompt, answer }) => [problem, prompt, answer]),
    );
    const again = problems.toReversed().flatMap((problem) => demonstrate(problem, phrasebook, bridge(), 1));
    expect(again.toReversed()).toEqual(rich);
    expect(make(bridge(), 2).flat()).not.toEqual(rich);
  });

  test("a behaviour that never fires leaves the vanilla demonstration, letter for letter", () => {
    const silent = createArm("silent", {
      behaviors: [reflection({ probability: 0 }), analysis({ probability: 0 }), subgoal({ probability: 0 })],
    });
    expect(make(silent)).toEqual(make(vanilla()));
  });

  test("PP-Aug repeats one completion behind four orders of the same premises", () => {
    const terse = igsm({ operations: [5, 12], seed: 3, phrasebook: "terse" });
    for (const problem of terse.problems({ count: 60 })) {
      const made = demonstrate(problem, terse.phrasebook, ppAugmentation(), 1);
      expect(made).toHaveLength(4);
      expect(new Set(made.map(({ completion }) => completion)).size).toBe(1);
      expect(made[0]?.prompt).toBe(problem.prompt);
      const premises = made.map(({ prompt }) => prompt.split(";").sort().join(";"));
      expect(new Set(premises).size).toBe(1);
    }
    const distinct = make(ppAugmentation()).map((made) => new Set(made.map(({ prompt }) => prompt)).size);
    expect(distinct.filter((count) => count === 4).length).toBeGreaterThan(50);
  });

  test("RC-Aug puts four solutions in random orders behind one prompt, the graph's own first", () => {
    let reordered = 0;
    for (const [index, made] of make(rcAugmentation()).entries()) {
      const problem = problems[index] as Problem;
      expect(made.map(({ prompt }) => prompt)).toEqual(Array(4).fill(problem.prompt));
      const orders = derivedNodes(problem, rcAugmentation());
      expect(orders[0]).toEqual(derivedNodes(problem, vanilla())[0]);
      for (const order of orders) {
        expect(order.at(-1)).toBe(problem.graph.target);
        expect(order.toSorted((a, b) => a - b)).toEqual(problem.graph.nodes.flatMap(({ id, necessary }) => (necessary ? [id] : [])));
      }
      reordered += new Set(orders.map(String)).size > 1 ? 1 : 0;
    }
    expect(reordered).toBeGreaterThan(20); // chains have one order only
  });

  test("augmentation multiplies in an arm of one's own", () => {
    const arm = createArm("both", { behaviors: [subgoal()], premiseOrders: 3, solutionOrders: 2 });
    const [made] = make(arm);
    expect(made).toHaveLength(6);
    expect(new Set(made?.map(({ prompt }) => prompt)).size).toBe(3);
  });

  test("refuses a phrasebook that words another answer", () => {
    const wrong: Phrasebook = { ...phrasebook, name: "wrong", parseAnswer: () => "13½" };
    expect(() => demonstrate(problems[0] as Problem, wrong, vanilla(), 1)).toThrow(expect.objectContaining({ code: "invalid-plugin" }));
  });

  test.each([
    ["a b", {}],
    ["../x", {}],
    ["fine", { premiseOrders: 0 }],
    ["fine", { solutionOrders: 1.5 }],
  ])("refuses the arm %j %j", (name, options) => {
    expect(() => createArm(name, options)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});

describe("countBehaviors", () => {
  const span = (start: number, end: number, behavior?: string): Span => ({
    start,
    end,
    step: 0,
    kind: "derive",
    node: 0,
    ...(behavior === undefined ? {} : { behavior }),
  });
  const demonstration = (completion: string, ...spans: Span[]): Demonstration => ({
    problem: "p",
    prompt: "?",
    completion,
    spans,
    answer: 1,
    operations: 1,
  });

  test("adds up spans, characters and demonstrations", () => {
    const counts = countBehaviors([
      demonstration("0123456789", span(0, 3), span(3, 5, "@me/a"), span(5, 9, "@me/a")),
      demonstration("01234", span(1, 2, "@me/b")),
    ]);
    expect(counts).toEqual({
      demonstrations: 2,
      characters: 15,
      plain: { demonstrations: 1, spans: 1, characters: 3 },
      behaviors: {
        "@me/a": { demonstrations: 1, spans: 2, characters: 6 },
        "@me/b": { demonstrations: 1, spans: 1, characters: 1 },
      },
    });
  });

  test("sees what each behaviour of BRIDGE wrote, and what a plugin did", () => {
    const shout = defineBehavior({
      name: "@me/shout",
      specVersion: 1,
      options: z.strictObject({}),
      inject: (trace) => ({ steps: [{ kind: "remark", text: "Listen!", nodes: [], behavior: "@me/shout" }, ...trace.steps] }),
    });
    const arm = createArm("shouting", { behaviors: [...bridge().behaviors, shout()] });
    const counts = countBehaviors(make(arm).flat());
    expect(Object.keys(counts.behaviors).sort()).toEqual([
      "@bridge-rl/analysis",
      "@bridge-rl/reflection",
      "@bridge-rl/subgoal",
      "@me/shout",
    ]);
    expect(counts.behaviors["@me/shout"]).toMatchObject({ demonstrations: problems.length, spans: problems.length });
    const injected = Object.values(counts.behaviors).reduce((sum, count) => sum + count.characters, counts.plain.characters);
    expect(injected).toBeLessThanOrEqual(counts.characters);
    expect(countBehaviors(make(vanilla()).flat()).behaviors).toEqual({});
  });
});

describe("the released code's odds on 15–20 operations (4,114 answers of it were measured)", () => {
  const hard = [
    ...igsm({ operations: [15, 20], operationsDistribution: "skewed", seed: 100, phrasebook: "terse" }).problems({ count: 1500 }),
  ];

  test.each([
    [0.1, 0.83, 0.57],
    [0.2, 1.64, 0.83],
    [0.3, 2.55, 0.94],
  ])("at probability %d: %d failed attempts per answer, one at least in %d of them", (probability, mean, share) => {
    const arm = bridge({ referenceCode: true, reflection: { probability } });
    const attempts = hard.map((problem) => solve(problem, arm, 1)[0]?.steps.filter((step) => step.kind === "attempt").length ?? 0);
    // Within 10 %: the graphs are alike, not the same.
    expect(Math.abs(attempts.reduce((sum, count) => sum + count, 0) / hard.length / mean - 1)).toBeLessThan(0.1);
    expect(Math.abs(attempts.filter((count) => count > 0).length / hard.length / share - 1)).toBeLessThan(0.1);
  });

  test("82 % of the picks are locked, the others are solved on the spot; 29 % of the steps repeat their premise", () => {
    const steps = hard.flatMap((problem) =>
      (solve(problem, bridge({ referenceCode: true }), 1)[0]?.steps ?? []).map((step) => ({ step, graph: problem.graph })),
    );
    const picks = steps.filter(({ step }) => step.behavior === "@bridge-rl/reflection");
    const locked = picks.filter(({ step }) => step.kind === "attempt").length;
    expect(picks.length / hard.length).toBeGreaterThan(0.95);
    expect(picks.length / hard.length).toBeLessThan(1.2);
    expect(Math.abs(locked / picks.length - 0.82)).toBeLessThan(0.04);
    const inVain = picks.filter(({ step, graph }) => step.kind === "derive" && !graph.nodes[step.node]?.necessary).length;
    expect(Math.abs(inVain / hard.length - 0.09)).toBeLessThan(0.03);
    const turns = steps.filter(({ step }) => step.kind === "derive" || step.kind === "attempt").length;
    const restated = steps.filter(({ step }) => step.kind === "restate").length;
    expect(Math.abs(restated / turns - 0.29)).toBeLessThan(0.03);
  });

  test("without them no pick is wasted and one step in ten repeats its premise", () => {
    const steps = hard.flatMap((problem) => solve(problem, bridge(), 1)[0]?.steps ?? []);
    expect(steps.filter((step) => step.kind === "derive" && step.behavior === "@bridge-rl/reflection")).toEqual([]);
    const eligible = hard.reduce(
      (sum, { graph }) => sum + graph.nodes.filter((node) => node.necessary && node.stated && node.dependencies.length > 0).length,
      0,
    );
    const restated = steps.filter((step) => step.kind === "restate").length;
    expect(Math.abs(restated / eligible - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / eligible));
  });
});

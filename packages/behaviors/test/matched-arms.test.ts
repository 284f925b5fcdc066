import { igsm } from "@bridge-rl/igsm";
import type { Demonstration } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bridge, createArm, ppAugmentation, vanilla } from "../src/arm.js";
import { demonstrate } from "../src/demonstrate.js";
import { type MatchArmsOptions, matchArms } from "../src/match-arms.js";
import { pickArm } from "../src/pick-arm.js";
import { keepsProblem, rejectionSampling, type ScoredRollouts } from "../src/rejection-sampling.js";

const source = igsm({ operations: [4, 9], seed: 5, phrasebook: "terse" });
const problems = [...source.problems({ count: 40 })];
const make = (arm: Parameters<typeof demonstrate>[2]) => problems.flatMap((problem) => demonstrate(problem, source.phrasebook, arm, 1));
const arms = { vanilla: make(vanilla()), "pp-aug": make(ppAugmentation()), bridge: make(bridge()) };
const problemsOf = (demonstrations: readonly Demonstration[]) => demonstrations.map(({ problem }) => problem);

describe("matchArms", () => {
  test("by steps: the same problems in the same order, copies in turn, as many for each", () => {
    const { arms: matched, problems: count, dropped } = matchArms(arms, { by: "steps", passes: 4 });
    expect({ count, dropped }).toEqual({ count: 40, dropped: 0 });
    const order = problemsOf(matched.vanilla?.demonstrations ?? []);
    expect(order).toHaveLength(160);
    for (const arm of Object.values(matched)) {
      expect(problemsOf(arm.demonstrations)).toEqual(order);
      expect(arm.passes).toBe(4);
    }
    for (let pass = 0; pass < 4; pass++) expect(new Set(order.slice(40 * pass, 40 * (pass + 1))).size).toBe(40);
    expect(order.slice(0, 40)).not.toEqual(order.slice(40, 80));
    // Four passes of four copies are all of them.
    const prompts = (list: readonly Demonstration[]) => list.map(({ problem, prompt }) => `${problem} ${prompt}`).sort();
    expect(prompts(matched["pp-aug"]?.demonstrations ?? [])).toEqual(prompts(arms["pp-aug"]));
  });

  test("by tokens: to within half of the longest demonstration, longer texts less often", () => {
    const { arms: matched } = matchArms(arms, { by: "tokens", reference: "bridge", passes: 3 });
    const budget = matched.bridge?.tokens as number;
    const longest = Math.max(...arms.bridge.map(({ completion }) => completion.length));
    for (const arm of Object.values(matched)) expect(Math.abs(arm.tokens - budget)).toBeLessThanOrEqual(longest / 2);
    expect(matched.bridge?.passes).toBe(3);
    expect(matched.vanilla?.passes).toBeGreaterThan(3);
    const [shorter, longer] = [problemsOf(matched.bridge?.demonstrations ?? []), problemsOf(matched.vanilla?.demonstrations ?? [])];
    expect(longer.slice(0, shorter.length)).toEqual(shorter);
  });

  test("by problems: the paper's comparison, four times the steps for four copies", () => {
    const { arms: matched } = matchArms(arms, { by: "problems", passes: 2 });
    expect(matched.vanilla?.demonstrations).toHaveLength(80);
    expect(matched["pp-aug"]?.demonstrations).toHaveLength(320);
  });

  test("counts with the tokenizer it is given", () => {
    const { arms: matched } = matchArms(arms, { by: "tokens", countTokens: () => 7 });
    for (const arm of Object.values(matched)) expect(arm).toMatchObject({ tokens: 280, passes: 1 });
  });

  test("leaves out what some arm lacks, and says how much", () => {
    const some = arms.vanilla.filter((_, index) => index % 4 !== 0);
    const matched = matchArms({ ...arms, rejection: some }, { by: "steps" });
    expect(matched).toMatchObject({ problems: 30, dropped: 10 });
    for (const arm of Object.values(matched.arms)) expect(new Set(problemsOf(arm.demonstrations))).toEqual(new Set(problemsOf(some)));
  });

  test("the order hangs on the seed and not on the order of the input", () => {
    const order = (given: typeof arms, seed: number) =>
      problemsOf(matchArms(given, { by: "steps", seed }).arms.vanilla?.demonstrations ?? []);
    expect(order({ ...arms, vanilla: arms.vanilla.toReversed() }, 1)).toEqual(order(arms, 1));
    expect(order(arms, 2)).not.toEqual(order(arms, 1));
  });

  test.each<[string, MatchArmsOptions, string]>([
    ["an arm that is not there", { by: "steps", reference: "nobody" }, "invalid-option"],
    ["no passes", { by: "steps", passes: 0 }, "invalid-option"],
  ])("refuses %s", (_case, options, code) => {
    expect(() => matchArms(arms, options)).toThrow(expect.objectContaining({ code }));
  });

  test("takes more problems than a call takes arguments", () => {
    const many = Array.from({ length: 200_000 }, (_, index) => ({ ...(arms.vanilla[0] as Demonstration), problem: `p${index}` }));
    const { arms: matched } = matchArms({ once: many, twice: [...many, ...many.slice(0, 1)] }, { by: "problems" });
    expect(matched.once?.demonstrations).toHaveLength(200_000);
    expect(matched.twice?.demonstrations).toHaveLength(400_000);
  });

  test("refuses arms that share nothing", () => {
    expect(() => matchArms({ a: arms.vanilla.slice(0, 3), b: arms.vanilla.slice(3) }, { by: "steps" })).toThrow(
      expect.objectContaining({ code: "invalid-input" }),
    );
  });
});

describe("rejectionSampling", () => {
  const group = (rewards: readonly number[], texts = rewards.map((_, index) => `text ${index}`)): ScoredRollouts => ({
    problem: "p",
    prompt: "?",
    answer: 3,
    operations: 2,
    rollouts: rewards.map((reward, index) => ({ text: texts[index] as string, reward, finishReason: "stop" })),
  });

  test("keeps right, finished, different completions, no more than wanted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ text: fc.constantFrom("a", "b", "c", "d", "e"), reward: fc.constantFrom(0, 0.5, 1), cut: fc.boolean() }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.integer({ min: 1, max: 5 }),
        (drawn, copies) => {
          const rollouts = drawn.map(({ text, reward, cut }) => ({
            text,
            reward,
            finishReason: cut ? ("length" as const) : ("stop" as const),
          }));
          const kept = rejectionSampling({ ...group([]), rollouts }, { copies });
          const right = new Set(
            rollouts.filter(({ reward, finishReason }) => reward === 1 && finishReason === "stop").map(({ text }) => text),
          );
          expect(kept).toHaveLength(Math.min(right.size, copies));
          expect(new Set(kept.map(({ completion }) => completion)).size).toBe(kept.length);
          for (const { completion } of kept) expect(right).toContain(completion);
        },
      ),
    );
  });

  test("gives demonstrations that know their problem, without spans", () => {
    expect(rejectionSampling(group([0, 1]))).toEqual([
      { problem: "p", prompt: "?", completion: "text 1", spans: [], answer: 3, operations: 2 },
    ]);
  });

  test("takes the paper's range of accuracies", () => {
    const keeps = (right: number) => keepsProblem(group(Array.from({ length: 8 }, (_, index) => Number(index < right))), { right: [1, 7] });
    expect(Array.from({ length: 9 }, (_, right) => keeps(right))).toEqual([false, ...Array(7).fill(true), false]);
    expect(rejectionSampling(group(Array(8).fill(1)), { right: [1, 7] })).toEqual([]);
    expect(rejectionSampling(group([]))).toEqual([]);
  });

  test("draws by seed and problem, whatever was drawn before", () => {
    const many = group(Array(20).fill(1));
    expect(rejectionSampling(many, { seed: 4 })).toEqual(rejectionSampling(many, { seed: 4 }));
    expect(rejectionSampling(many, { seed: 5 })).not.toEqual(rejectionSampling(many, { seed: 4 }));
    expect(() => rejectionSampling(many, { copies: 0 })).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(() => rejectionSampling(many, { right: [7, 1] })).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});

describe("pickArm", () => {
  test("gives each arm its share, and a problem its arm for good", () => {
    const parts = [
      { arm: vanilla(), share: 1 },
      { arm: bridge(), share: 3 },
      { arm: createArm("never"), share: 0 },
    ];
    const names = Array.from({ length: 4000 }, (_, index) => pickArm({ id: `p${index}` }, parts, 1).name);
    expect(names.filter((name) => name === "bridge").length / 4000).toBeCloseTo(0.75, 1);
    expect(names).not.toContain("never");
    expect(Array.from({ length: 4000 }, (_, index) => pickArm({ id: `p${3999 - index}` }, parts, 1).name).reverse()).toEqual(names);
    expect(() => pickArm({ id: "p" }, [{ arm: vanilla(), share: 0 }], 1)).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });
});

import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, expectTypeOf, test } from "vitest";
import { type Behavior, type BehaviorFactory, defineBehavior } from "../src/behavior.js";
import { defineStepVerifier } from "../src/define-step-verifier.js";
import { numberOptions } from "../src/number-options.js";
import { parseOptions } from "../src/parse-options.js";
import { defineReward, type Reward } from "../src/reward.js";
import { toyPhrasebook, toySource } from "./toy-source.js";

/** A schema written by hand, as a plugin without any schema library would. */
const rate: StandardSchemaV1<{ rate?: number }, { rate: number }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => {
      const { rate: given = 0.5, ...rest } = value as { rate?: number };
      const unknown = Object.keys(rest);
      if (unknown.length > 0) return { issues: unknown.map((key) => ({ message: "unknown", path: [key] })) };
      return typeof given === "number" && given <= 1
        ? { value: { rate: given } }
        : { issues: [{ message: "at most 1", path: [{ key: "rate" }] }, { message: "and a number" }] };
    },
  },
};

const double = defineBehavior({
  name: "@me/double",
  specVersion: 1,
  options: rate,
  inject(trace, { options, random }) {
    expectTypeOf(options).toEqualTypeOf<{ rate: number }>();
    return random.chance(options.rate) ? { steps: [...trace.steps, ...trace.steps] } : trace;
  },
});

describe("parseOptions", () => {
  test("fills in defaults", () => {
    expect(parseOptions(rate, {}, "x")).toEqual({ rate: 0.5 });
  });

  test("names the owner and every reason with its path", () => {
    expect(() => parseOptions(rate, { rate: 2 }, "behaviour @me/double")).toThrow(
      expect.objectContaining({
        code: "invalid-option",
        message: "the options of behaviour @me/double don't fit: rate: at most 1; and a number",
      }),
    );
  });

  test("refuses schemas that answer later", () => {
    const later: StandardSchemaV1 = { "~standard": { version: 1, vendor: "test", validate: async (value) => ({ value }) } };
    expect(() => parseOptions(later, {}, "x")).toThrow(expect.objectContaining({ code: "invalid-plugin" }));
  });
});

describe("numberOptions", () => {
  const schema = numberOptions({
    probability: { default: 0.1, minimum: 0, maximum: 1 },
    lines: { default: 3, minimum: 1 },
    bias: { default: 0 },
  });

  test("fills in defaults, also for what is undefined", () => {
    expect(parseOptions(schema, {}, "x")).toEqual({ probability: 0.1, lines: 3, bias: 0 });
    expect(parseOptions(schema, { probability: undefined, bias: -5 }, "x")).toEqual({ probability: 0.1, lines: 3, bias: -5 });
    expectTypeOf<StandardSchemaV1.InferOutput<typeof schema>>().toEqualTypeOf<{
      readonly probability: number;
      readonly lines: number;
      readonly bias: number;
    }>();
  });

  test.each<[unknown, string]>([
    [{ probability: 1.5 }, "probability: expected a number of at least 0 and of at most 1"],
    [{ lines: 0 }, "lines: expected a number of at least 1"],
    [{ bias: "2" }, "bias: expected a number"],
    [{ bias: Number.NaN }, "bias: expected a number"],
    [{ biass: 1 }, "biass: no such option; there is probability, lines, bias"],
    [null, "expected an object of options"],
    ["often", "expected an object of options"],
  ])("refuses %j", (input, reason) => {
    expect(() => parseOptions(schema, input, "x")).toThrow(`the options of x don't fit: ${reason}`);
  });
});

describe("defineBehavior", () => {
  test("gives a factory that keeps the literal name and the schema's input type", () => {
    expectTypeOf(double).toEqualTypeOf<BehaviorFactory<"@me/double", { rate?: number }>>();
    expectTypeOf(double).parameter(0).toEqualTypeOf<{ rate?: number } | undefined>();
    expectTypeOf(double()).toEqualTypeOf<Behavior>();
    // @ts-expect-error an option of the wrong type
    expect(() => double({ rate: "often" })).toThrow(/rate: at most 1/);
    expect(double.behaviorName).toBe("@me/double");
  });

  test("binds resolved options", () => {
    expect(double({ rate: 1 })).toMatchObject({ name: "@me/double", specVersion: 1, options: { rate: 1 } });
    expect(double().options).toEqual({ rate: 0.5 });
  });

  test("refuses another spec version and names that are none", () => {
    const definition = { options: rate, inject: (trace: { steps: [] }) => trace };
    // @ts-expect-error version 2 does not exist
    expect(() => defineBehavior({ ...definition, name: "a", specVersion: 2 })).toThrow(/spec version 2/);
    for (const name of ["", "two words", "@me/", "a/b/c"]) {
      expect(() => defineBehavior({ ...definition, name, specVersion: 1 })).toThrow(expect.objectContaining({ code: "invalid-plugin" }));
    }
  });
});

describe("defineReward", () => {
  const length = defineReward({
    name: "@me/length",
    specVersion: 1,
    options: rate,
    maximum: 1,
    score({ completion }, options) {
      expectTypeOf(options).toEqualTypeOf<{ rate: number }>();
      return completion.length * options.rate;
    },
  });

  test("binds options and checks them when the factory is called", () => {
    expectTypeOf(length).returns.toEqualTypeOf<Reward>();
    expect(length()).toMatchObject({ name: "@me/length", specVersion: 1, maximum: 1 });
    expect(() => length({ rate: 2 })).toThrow(/reward @me\/length/);
  });

  test("refuses another spec version", () => {
    // @ts-expect-error version 2 does not exist
    expect(() => defineReward({ name: "a", specVersion: 2, options: rate, maximum: 1, score: () => 0 })).toThrow(/version 2/);
  });
});

describe("defineStepVerifier", () => {
  // Four of the toy problem's nodes are necessary, and the answer is a fifth step.
  test.each([
    [{ valid: true, progress: 1 }, 1],
    [{ valid: false, progress: 0 }, 0],
    [{ valid: false, progress: 0.5 }, 2 / 5],
    [{ valid: false, progress: 1 }, 4 / 5],
  ])("scores %j as %d", async (verdict, score) => {
    const problem = toySource(1).problem(0);
    const reward = defineStepVerifier("@me/steps", (given, completion) => {
      expect([given, completion]).toEqual([problem, "It is 3."]);
      return verdict;
    })();
    expect(reward).toMatchObject({ name: "@me/steps", specVersion: 1, maximum: 1 });
    expect(await reward.score({ problem, completion: "It is 3.", phrasebook: toyPhrasebook, finishReason: "stop" })).toBeCloseTo(score, 12);
  });

  test("takes no options", () => {
    const reward = defineStepVerifier("@me/steps", () => ({ valid: true, progress: 1 }));
    // @ts-expect-error there is no such option
    expect(() => reward({ rate: 1 })).toThrow("rate: no such option; there is none");
  });
});

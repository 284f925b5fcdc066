import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { definePipeline, type PipelineConfig } from "../src/index.js";
import { differences } from "../src/internal/differences.js";
import { nearestName } from "../src/internal/nearest-name.js";
import { mergeDeep, parseAssignments } from "../src/internal/parse-flags.js";
import { plainConfig } from "../src/pipeline/plain-config.js";
import { secondsCovered } from "../src/pipeline/timings.js";
import { tinyConfig } from "./tiny-run.js";

/** As a file may hold it, whatever the types say. */
function define(config: unknown): unknown {
  return definePipeline(config as PipelineConfig);
}

describe("definePipeline", () => {
  test("takes a whole config", () => {
    expect(define(tinyConfig)).toHaveProperty("config.name", "tiny");
  });

  test.each([
    { change: { sfft: {} }, code: "unknown-option", says: "there is no sfft. Did you mean sft?" },
    { change: { grpo: { groupsize: 4 } }, code: "unknown-option", says: "there is no grpo.groupsize. Did you mean groupSize?" },
    { change: { task: { optoins: {} } }, code: "unknown-option", says: "there is no task.optoins. Did you mean options?" },
    { change: { arms: { a: { behaviours: [] } } }, code: "unknown-option", says: "there is no arms.a.behaviours. Did you mean behaviors?" },
    { change: { stages: { infleunce: false } }, code: "unknown-option", says: "Did you mean influence?" },
    { change: { influence: { zzz: 1 } }, code: "unknown-option", says: "There are after, targets, count, during." },
    { change: { seeds: [1, 1] }, code: "invalid-option", says: "seeds: 1 is there twice" },
    { change: { arms: {} }, code: "invalid-option", says: "at least one arm" },
    { change: { name: "a/b" }, code: "invalid-option", says: "name: expected letters" },
    { change: { arms: { a: "brigde" } }, code: "invalid-option", says: "arms.a: expected vanilla, bridge" },
    { change: { arms: { a: { behaviors: [3] } } }, code: "invalid-option", says: "arms.a" },
    { change: { evaluation: { problems: 0 } }, code: "invalid-option", says: "evaluation.problems" },
    { change: { baseModel: undefined }, code: "invalid-option", says: "baseModel" },
    { change: { stages: { sft: true } }, code: "invalid-option", says: "stages.sft: expected a function, or false" },
  ])("refuses $change", ({ change, code, says }) => {
    expect(() => define({ ...tinyConfig, ...change })).toThrow(expect.objectContaining({ code, message: expect.stringContaining(says) }));
  });
});

describe("plainConfig", () => {
  test("tells two functions apart by their text and two plugins by their options", () => {
    const plugin = (probability: number) => ({ name: "@me/x", specVersion: 1, options: { probability }, inject: () => probability });
    expect(plainConfig({ a: plugin(1) })).toEqual(plainConfig({ a: plugin(1) }));
    expect(plainConfig({ a: plugin(1) })).not.toEqual(plainConfig({ a: plugin(2) }));
    expect(plainConfig({ f: () => 1 })).not.toEqual(plainConfig({ f: () => 2 }));
  });

  test("leaves plain JSON as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json = JSON.parse(JSON.stringify(value));
        fc.pre(!JSON.stringify(json).includes("__proto__") && !JSON.stringify(json).includes("specVersion"));
        expect(plainConfig(json)).toEqual(json);
        expect(differences(json, json)).toEqual([]);
      }),
    );
  });
});

test("differences name the path, the value before and the value now", () => {
  expect(differences({ a: { b: 1, c: 2 } }, { a: { b: 3, c: 2 }, d: "x" })).toEqual(["a.b was 1 and is 3", 'd was absent and is "x"']);
});

test("--set reads JSON where it is JSON, and goes deep without touching its neighbours", () => {
  const over = parseAssignments(["sft.epochs=2", "seeds=[1,2]", "name=three words", "task.options.phrasebook=prose"]);
  expect(over).toEqual({ sft: { epochs: 2 }, seeds: [1, 2], name: "three words", task: { options: { phrasebook: "prose" } } });
  expect(mergeDeep({ sft: { epochs: 1, steps: 5 }, x: [1] }, over)).toMatchObject({ sft: { epochs: 2, steps: 5 }, x: [1] });
  expect(() => parseAssignments(["epochs"])).toThrow(/no value/);
  expect(() => parseAssignments(["__proto__.x=1"])).toThrow(/no option name/);
});

test("the nearest name is one typing slip away, and far ones are none", () => {
  const names = ["reflection", "analysis", "subgoal"];
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom("drop", "double", "swap"), (name, at, slip) => {
      const place = at % (name.length - 1);
      const [before, here, next, rest] = [name.slice(0, place), name.charAt(place), name.charAt(place + 1), name.slice(place + 2)];
      const typed = { drop: before + next + rest, double: before + here + here + next + rest, swap: before + next + here + rest }[slip];
      expect(nearestName(typed, names)).toBe(name);
    }),
  );
  expect(nearestName("vanilla", names)).toBeUndefined();
});

test("seconds of arms that ran side by side count once", () => {
  expect(secondsCovered([])).toBe(0);
  expect(
    secondsCovered([
      [10, 20],
      [12, 15],
      [18, 25],
      [40, 41],
    ]),
  ).toBe(16);
});

import { describe, expect, test } from "vitest";
import { createRandom, mix32 } from "../src/random.js";
import { randomLaws, registerLaws } from "../src/testing.js";

describe("createRandom", () => {
  registerLaws(
    test,
    randomLaws((seed) => createRandom(seed, "spec")),
  );

  test("keeps its values: every problem, order and rollout ever made depends on them", () => {
    const random = createRandom(42, "pinned");
    expect(Array.from({ length: 4 }, () => random.next() * 0x1_0000_0000)).toEqual([2459846167, 2581832388, 191011696, 1824002739]);
    expect(createRandom(42, "pinned").fork("child", 7).integer(0, 999_999)).toBe(856872);
    expect(createRandom("igsm/7/3").integer(0, 999_999)).toBe(808878);
    expect(createRandom(42, "pinned").shuffle([0, 1, 2, 3, 4, 5, 6, 7])).toEqual([5, 6, 3, 1, 2, 0, 7, 4]);
  });

  test("mix32 is Murmur3's finaliser", () => {
    // fmix32 of the reference implementation.
    expect([mix32(0), mix32(1), mix32(0xffffffff)]).toEqual([0, 0x514e28b7, 0x81f16f39]);
  });

  test("keeps seeds apart: signs, large numbers, text and purposes", () => {
    const streams = [
      createRandom(1),
      createRandom(-1),
      createRandom(2 ** 32 + 1),
      createRandom(Number.MAX_SAFE_INTEGER),
      createRandom("1"),
      createRandom(1, "1"),
      createRandom("11"),
      createRandom("1", "1"),
      createRandom(1).fork(""),
      createRandom(1).fork("", 2 ** 32),
    ];
    expect(new Set(streams.map((stream) => stream.next())).size).toBe(streams.length);
  });

  test("chance is as likely as it says, normal has mean 0 and variance 1", () => {
    const random = createRandom(1, "statistics");
    const draws = 100_000;
    let hits = 0;
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < draws; draw++) {
      if (random.chance(0.1)) hits++;
      const value = random.normal();
      sum += value;
      squares += value * value;
    }
    expect(Math.abs(hits / draws - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / draws));
    expect(Math.abs(sum / draws)).toBeLessThan(5 / Math.sqrt(draws));
    expect(Math.abs(squares / draws - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
  });

  test("picks undefined from nothing", () => {
    expect(createRandom(1).pick([])).toBeUndefined();
    expect(createRandom(1).shuffle([])).toEqual([]);
  });
});

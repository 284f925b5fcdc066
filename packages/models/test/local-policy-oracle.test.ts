import { describe, expect, test } from "vitest";
import { checkModelFolder, lossScale } from "./support/model-checks.js";

describe.each(["qwen2-tiny", "llama-tiny", "qwen3-sharded-bfloat16"])("%s agrees with its float64 oracle", async (name) => {
  const checks = await checkModelFolder(new URL(`./fixtures/${name}`, import.meta.url).pathname);
  test.each(checks.map((check) => [check.name, check] as const))("%s", (_, { worst, tolerance, where }) => {
    expect(worst, where).toBeLessThanOrEqual(tolerance);
  });
});

test("a loss is allowed 1e-5, and more only where the oracle's own float32 is further off", () => {
  const trace = { losses: [6, 5, 4], losses_f32: [6, 5.000002, 4.00001] };
  expect(lossScale(trace, 0)).toBe(1);
  expect(lossScale(trace, 1)).toBe(1);
  expect(lossScale(trace, 2)).toBeCloseTo(2, 6);
  expect(lossScale({ losses: [6] }, 0)).toBe(1);
});

import { describe, expect, test } from "vitest";
import { checkModelFolder } from "./support/model-checks.js";

describe.each(["qwen2-tiny", "llama-tiny", "qwen3-sharded-bfloat16"])("%s agrees with its float64 oracle", async (name) => {
  const checks = await checkModelFolder(new URL(`./fixtures/${name}`, import.meta.url).pathname);
  test.each(checks.map((check) => [check.name, check] as const))("%s", (_, { worst, tolerance, where }) => {
    expect(worst, where).toBeLessThanOrEqual(tolerance);
  });
});

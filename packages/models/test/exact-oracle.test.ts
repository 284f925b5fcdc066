import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { checkModelFolderExactly } from "./support/exact-checks.js";

/** The graphs that training runs, and the optimiser that devices run, against PyTorch's float64: nothing is left but the last digits. */
describe.each(["qwen2-tiny", "llama-tiny"])("%s in float64 on the reference runtime", (name) => {
  test("everything its oracle tells, to nine digits", async () => {
    const folder = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
    const checks = await checkModelFolderExactly(folder, { long: false });
    expect(checks.length).toBeGreaterThan(14);
    expect(checks.filter(({ worst, tolerance }) => !(worst <= tolerance))).toEqual([]);
  });
});

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@bridge-rl/spec";
import { contents, runScript } from "@bridge-rl/test-support";
import { beforeAll, describe, expect, test } from "vitest";

const script = new URL("./grpo-run.ts", import.meta.url).pathname;
const newDirectory = () => mkdtempSync(join(tmpdir(), "bridge-grpo-"));

describe("a run that is interrupted and started again leaves the same files, byte by byte", () => {
  let straight: Record<string, string>;
  beforeAll(async () => {
    const directory = newDirectory();
    await runScript(script, directory);
    straight = contents(directory);
  }, 180_000);

  test("the uninterrupted run is whole, and running it again gives the same", async () => {
    const again = newDirectory();
    await runScript(script, again);

    expect(straight["events.jsonl"]?.trim().split("\n")).toHaveLength(20 + 5);
    expect(Object.keys(straight)).toContain("checkpoints/step-00000020/state.json");
    expect(Object.keys(straight).some((name) => name.startsWith("checkpoints/reference/"))).toBe(true);
    expect(contents(again)).toEqual(straight);
  });

  const random = createRandom(7, "kill points");
  const kills = Array.from({ length: 4 }, () => ({ afterLines: random.integer(1, 17), delay: random.integer(0, 40) }));
  test.each(kills)("killed %j", async ({ afterLines, delay }) => {
    const directory = newDirectory();
    await runScript(script, directory, { afterLines, delay, signal: "SIGKILL" });
    expect((await runScript(script, directory)).code).toBe(0);

    expect(contents(directory)).toEqual(straight);
  });

  test("stopped by a signal, at once, and told how to go on", async () => {
    const directory = newDirectory();
    const stopped = await runScript(script, directory, { afterLines: 7, delay: 0, signal: "SIGTERM" });

    expect(stopped.code).toBe(3);
    expect(stopped.errors).toMatch(/cancelled grpo stopped after \d+ of 20 steps and is saved in .*interim-\d+; start it again/);
    expect((await runScript(script, directory)).lines).toBe(20 - Number(/after (\d+) of/.exec(stopped.errors)?.[1]));
    expect(contents(directory)).toEqual(straight);
  });
});

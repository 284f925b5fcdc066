import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@bridge-rl/spec";
import { contents, runScript } from "@bridge-rl/test-support";
import { createCheckpointStore } from "@bridge-rl/training";
import { beforeAll, describe, expect, test } from "vitest";
import { trainSft } from "../src/index.js";
import { demonstrations, tinyPolicy, tokenizer } from "./tiny-policy.js";

const script = new URL("./sft-run.ts", import.meta.url).pathname;
const newDirectory = () => mkdtempSync(join(tmpdir(), "bridge-sft-"));

describe("a run that is interrupted and started again leaves the same files, byte by byte", () => {
  let straight: Record<string, string>;
  beforeAll(async () => {
    const directory = newDirectory();
    await runScript(script, directory);
    straight = contents(directory);
  }, 180_000);

  test("the uninterrupted run is whole", () => {
    expect(Object.keys(straight)).toContain("events.jsonl");
    expect(Object.keys(straight).filter((name) => /step-\d+\/state\.json$/.test(name))).toEqual([
      "checkpoints/step-00000035/state.json",
      "checkpoints/step-00000040/state.json",
    ]);
    expect(straight["events.jsonl"]?.trim().split("\n")).toHaveLength(40 + 5);
  });

  const random = createRandom(20, "kill points");
  const kills = Array.from({ length: 4 }, () => ({ afterLines: random.integer(1, 33), delay: random.integer(0, 15) }));
  test.each(kills)("killed %j", async ({ afterLines, delay }) => {
    const directory = newDirectory();
    await runScript(script, directory, { afterLines, delay, signal: "SIGKILL" });
    expect((await runScript(script, directory)).code).toBe(0);

    expect(contents(directory)).toEqual(straight);
  });

  test("stopped by a signal: saved at once, and told how to go on", async () => {
    const directory = newDirectory();
    const stopped = await runScript(script, directory, { afterLines: 9, delay: 0, signal: "SIGTERM" });

    expect(stopped.code).toBe(3);
    expect(stopped.errors).toMatch(/cancelled sft stopped after \d+ of 40 steps and is saved in .*interim-\d+; start it again/);
    expect((await runScript(script, directory)).lines).toBe(40 - Number(/after (\d+) of/.exec(stopped.errors)?.[1]));
    expect(contents(directory)).toEqual(straight);
  });

  test("a finished run started again does nothing", async () => {
    const directory = newDirectory();
    await runScript(script, directory);

    expect((await runScript(script, directory)).lines).toBe(0);
    expect(contents(directory)).toEqual(straight);
  });
});

test("a run does not resume with other settings or data", async () => {
  const directory = newDirectory();
  const run = async (learningRate: number, count: number) => {
    const store = createCheckpointStore(directory);
    try {
      await trainSft({
        policy: tinyPolicy(),
        tokenizer,
        demonstrations: demonstrations.slice(0, count),
        steps: 2,
        seed: 1,
        learningRate,
        checkpoints: { store, every: 1 },
      });
    } finally {
      store.close();
    }
  };
  await run(1e-3, 5);

  await expect(run(2e-3, 5)).rejects.toMatchObject({ code: "run-conflict", message: expect.stringContaining('"peak":0.001') });
  await expect(run(1e-3, 6)).rejects.toThrow("demonstrations was");
});

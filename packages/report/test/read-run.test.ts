import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readRun } from "../src/index.js";
import { makeRun } from "./make-run.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "bridge-report-"));
  makeRun(directory, { steps: 12, problems: 4 });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function refusal(): Promise<BridgeError> {
  const error: unknown = await readRun(directory).catch((reason: unknown) => reason);
  if (!BridgeError.isInstance(error)) throw new Error("readRun accepted it", { cause: error });
  return error;
}

describe("readRun", () => {
  test("reads every file of every arm", async () => {
    const run = await readRun(directory);
    expect(run.notes).toEqual([]);
    expect(run.arms.map(({ name }) => name)).toEqual(["vanilla", "bridge"]);
    for (const arm of run.arms) {
      expect(arm.events).toHaveLength(80 + 12 + 7);
      expect(arm.evaluations).toHaveLength(6);
      expect(arm.rollouts.grpo).toHaveLength(4);
      expect(arm.influence.sft?.queries).toHaveLength(120);
    }
  });

  test("says that a directory without run.json is no run directory", async () => {
    rmSync(join(directory, "run.json"));
    const error = await refusal();
    expect(error.code).toBe("missing-file");
    expect(error.message).toContain(join(directory, "run.json"));
  });

  test("notes an arm that has not begun, and refuses a run of which nothing has", async () => {
    rmSync(join(directory, "arms/vanilla-seed1"), { recursive: true });
    const run = await readRun(directory);
    expect(run.arms.map(({ name }) => name)).toEqual(["bridge"]);
    expect(run.notes).toEqual(["vanilla, seed 1 has not begun: there is no arms/vanilla-seed1 yet."]);
    rmSync(join(directory, "arms/bridge-seed1"), { recursive: true });
    const error = await refusal();
    expect(error.code).toBe("missing-file");
    expect(error.message).toContain("arm vanilla with seed 1");
  });

  test("notes what an arm does not have", async () => {
    rmSync(join(directory, "arms/bridge-seed1/influence-sft.json"));
    rmSync(join(directory, "arms/bridge-seed1/influence-grpo.json"));
    rmSync(join(directory, "arms/bridge-seed1/evaluations.json"));
    const run = await readRun(directory);
    expect(run.notes).toEqual([
      "bridge, seed 1 has no evaluations.json and no influence-sft.json; what they would show is left out for it.",
    ]);
  });

  test("forgives an event that was still being written, and no other broken line", async () => {
    const events = join(directory, "arms/vanilla-seed1/events.jsonl");
    appendFileSync(events, '{"phase":"grpo","st');
    const run = await readRun(directory);
    expect(run.arms[0]?.events).toHaveLength(80 + 12 + 7);
    expect(run.notes[0]).toContain("incomplete");
    appendFileSync(events, "\n");
    const error = await refusal();
    expect(error.code).toBe("invalid-file");
    expect(error.message).toContain(`${events}, line 100`);
  });

  test("names file, line and field of what does not fit", async () => {
    const samples = join(directory, "arms/bridge-seed1/samples/rollouts-sft.jsonl");
    appendFileSync(samples, '{"problem":"x","prompt":"y","graph":{"nodes":[],"target":0},"answer":1,"operations":-1,"rollouts":[]}\n');
    const error = await refusal();
    expect(error.code).toBe("invalid-file");
    expect(error.message).toContain(`${samples}, line 5`);
    expect(error.message).toContain("operations");
  });

  test.each([
    ["run.json", '{"formatVersion":2}', "formatVersion"],
    ["summary.json", "{", "is not JSON"],
    ["arms/vanilla-seed1/evaluations.json", '[{"correct":3,"count":2}]', "correct is larger than count"],
  ])("refuses a broken %s", async (name, content, reason) => {
    writeFileSync(join(directory, name), content);
    const error = await refusal();
    expect(error.code).toBe("invalid-file");
    expect(error.message).toContain(join(directory, name));
    expect(error.message).toContain(reason);
  });
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Policy } from "@bridge-rl/spec";
import { tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import { describe, expect, test } from "vitest";
import { createCheckpointStore, latestCheckpoint } from "../src/index.js";

const newDirectory = () => join(mkdtempSync(join(tmpdir(), "bridge-store-")), "checkpoints");
const rows = [{ promptIds: tokenizer.encode("give:a"), completionIds: tokenizer.encode("ab") }];
const scores = async (policy: Policy) => Array.from((await policy.logProbabilities(rows))[0]?.logProbabilities ?? []);

describe("checkpoint store", () => {
  test("gives back policy and state of the newest checkpoint, and keeps as many as it should", async () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory, { keep: 2 });
    for (const step of [10, 20, 100]) await store.save({ step, policy: tinyPolicy(step), state: { at: step } });
    const latest = store.latest();
    const policy = tinyPolicy(1);
    await policy.load(latest?.policyDirectory as string);
    store.close();

    expect(latest).toMatchObject({ step: 100, state: { at: 100 } });
    expect(await scores(policy)).toEqual(await scores(tinyPolicy(100)));
    expect(readdirSync(directory).sort()).toEqual(["step-00000020", "step-00000100"]);
  });

  test("an interim checkpoint is the latest until the next regular one, and then gone", async () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory);
    await store.save({ step: 10, policy: tinyPolicy(), state: {} });
    await store.save({ step: 13, policy: tinyPolicy(), state: { at: 13 }, interim: true });
    expect(store.latest()?.state).toEqual({ at: 13 });
    await store.save({ step: 20, policy: tinyPolicy(), state: {} });
    store.close();

    expect(readdirSync(directory).sort()).toEqual(["step-00000010", "step-00000020"]);
  });

  test("half-written checkpoints are ignored, and cleared away by the next writer", async () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory);
    await store.save({ step: 10, policy: tinyPolicy(), state: { whole: true } });
    store.close();
    mkdirSync(join(directory, ".unfinished-step-00000020"));
    writeFileSync(join(directory, ".unfinished-step-00000020", "state.json"), '{"whole":');

    expect(latestCheckpoint(directory)?.state).toEqual({ whole: true });
    createCheckpointStore(directory).close();
    expect(readdirSync(directory)).toEqual(["step-00000010"]);
  });

  test("a checkpoint that can't be written leaves the earlier ones and no trace", async () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory, { keep: 1 });
    await store.save({ step: 10, policy: tinyPolicy(), state: {} });
    const full: Policy = Object.assign(tinyPolicy(), { save: () => Promise.reject(new Error("ENOSPC: no space left on device")) });

    await expect(store.save({ step: 20, policy: full, state: {} })).rejects.toThrow("no space left");
    store.close();
    expect(readdirSync(directory)).toEqual(["step-00000010"]);
  });

  test("saving a step again replaces it", async () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory);
    await store.save({ step: 10, policy: tinyPolicy(), state: { turn: 1 } });
    await store.save({ step: 10, policy: tinyPolicy(), state: { turn: 2 } });
    store.close();

    expect(latestCheckpoint(directory)?.state).toEqual({ turn: 2 });
  });

  test("what is written once stays as it was", async () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory);

    expect(store.once("begin.json", { seed: 1 })).toEqual({ seed: 1 });
    expect(store.once("begin.json", { seed: 2 })).toEqual({ seed: 1 });
    const first = await store.policyOnce("reference", tinyPolicy(1));
    const policy = tinyPolicy(2);
    await policy.load(await store.policyOnce("reference", policy));
    store.close();
    expect(existsSync(first)).toBe(true);
    expect(await scores(policy)).toEqual(await scores(tinyPolicy(1)));
  });

  test("two writers of one directory can't be", () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory);

    expect(() => createCheckpointStore(directory)).toThrow("is writing to");
    store.close();
    expect(() => createCheckpointStore(directory, { keep: 0 })).toThrow("keep is 0");
    createCheckpointStore(directory).close();
  });

  test("a directory without checkpoints has no latest", () => {
    expect(latestCheckpoint(newDirectory())).toBeUndefined();
  });

  test("a state that can't be read is named", async () => {
    const directory = newDirectory();
    const store = createCheckpointStore(directory);
    await store.save({ step: 10, policy: tinyPolicy(), state: {} });
    writeFileSync(join(directory, "step-00000010", "state.json"), "{");

    expect(() => store.latest()).toThrow("remove step-00000010 to resume from the one before");
    store.close();
  });
});

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalPolicy } from "@bridge-rl/models";
import { tinyPolicy } from "@bridge-rl/test-support";
import { describe, expect, test } from "vitest";
import {
  createCheckpointStore,
  createJsonlTracker,
  createMemoryTracker,
  latestCheckpoint,
  runTrainingLoop,
  type SelectionOptions,
  type TrainingCallbacks,
} from "../src/index.js";

type Moment = "before the evaluation" | "after the evaluation" | "during the step";

/** Runs six steps of nothing, or other; stops at one moment of one step, where asked to. */
async function run(
  directory: string,
  stop?: { at: number; moment: Moment },
  { steps = 6, callbacks }: { steps?: number; callbacks?: TrainingCallbacks } = {},
): Promise<void> {
  const controller = new AbortController();
  const stopAt = (at: number, moment: Moment) => stop?.at === at && stop.moment === moment && controller.abort();
  const tracker = createJsonlTracker(join(directory, "events.jsonl"));
  const store = createCheckpointStore(join(directory, "checkpoints"));
  try {
    await runTrainingLoop({
      phase: "test",
      policy: tinyPolicy(),
      tracker,
      checkpoints: { store, every: 3 },
      settings: {},
      steps,
      callbacks,
      initial: { step: 0 },
      signal: controller.signal,
      evaluation: {
        every: 2,
        async evaluate({ step }) {
          stopAt(step, "before the evaluation");
          controller.signal.throwIfAborted();
          stopAt(step, "after the evaluation");
          return { accuracy: step };
        },
      },
      async takeStep({ step }) {
        stopAt(step, "during the step");
        return { state: { step: step + 1 }, metrics: { loss: 1 / (step + 1) } };
      },
    });
  } finally {
    store.close();
    await tracker.close();
  }
}

const events = (directory: string) => readFileSync(join(directory, "events.jsonl"), "utf8");
const newDirectory = () => mkdtempSync(join(tmpdir(), "bridge-loop-"));
const moments: Moment[] = ["before the evaluation", "after the evaluation", "during the step"];

test.each(moments)("stopped %s and started again: each event once", async (moment) => {
  const straight = newDirectory();
  await run(straight);
  for (const at of [0, 2, 4, ...(moment === "during the step" ? [1, 3, 5] : [6])]) {
    const directory = newDirectory();
    const stopped = run(directory, { at, moment });
    // Once the last evaluation is through, or the last step is taken, there is nothing left to stop but what follows it.
    if (at === 6 && moment === "after the evaluation") await stopped;
    else await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    await run(directory);

    expect(events(directory)).toBe(events(straight));
  }
});

test("a finished run that is made longer leaves the events of one that was that long from the beginning", async () => {
  const straight = newDirectory();
  await run(straight);
  const directory = newDirectory();
  await run(directory, undefined, { steps: 2 });
  await expect(run(directory, { at: 2, moment: "during the step" }, { steps: 4 })).rejects.toMatchObject({ code: "cancelled" });
  await run(directory, undefined, { steps: 4 });
  await run(directory);

  expect(events(directory)).toBe(events(straight));
});

test("stopped during the evaluation that a callback had made the last, and started again, a run ends there", async () => {
  const callbacks: TrainingCallbacks = { onStep: ({ step }) => (step === 4 ? "stop" : undefined) };
  const straight = newDirectory();
  await run(straight, undefined, { callbacks });
  for (const moment of ["before the evaluation", "after the evaluation"] as const) {
    const directory = newDirectory();
    // What comes after the evaluation finds nothing left to stop.
    const stopped = run(directory, { at: 4, moment }, { callbacks });
    if (moment === "after the evaluation") await stopped;
    else await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
    await run(directory, undefined, { callbacks });

    expect(events(directory)).toBe(events(straight));
    expect(latestCheckpoint(join(directory, "checkpoints"))).toMatchObject({ step: 4, state: { complete: true, early: true } });
  }
});

describe("the best evaluation", () => {
  const scores = [0.1, 0.5, 0.4, 0.3, 0.9, 0.2, 0.95];

  /** Six steps with an evaluation at each; the metric follows `scores`. */
  async function select(directory: string, choice: SelectionOptions, more: { callbacks?: TrainingCallbacks; stopAt?: number } = {}) {
    const controller = new AbortController();
    const tracker = createMemoryTracker();
    const store = createCheckpointStore(join(directory, "checkpoints"), { keep: 9 });
    try {
      await runTrainingLoop({
        phase: "test",
        policy: tinyPolicy(),
        tracker: { ...tracker, rewind: async () => {} },
        checkpoints: { store, every: 2 },
        settings: {},
        steps: 6,
        initial: { step: 0 },
        signal: controller.signal,
        evaluation: { every: 1, select: choice, evaluate: async ({ step }) => ({ accuracy: scores[step] ?? null }) },
        callbacks: more.callbacks,
        async takeStep({ step }) {
          if (step === more.stopAt) {
            controller.abort();
            controller.signal.throwIfAborted();
          }
          return { state: { step: step + 1 }, metrics: {} };
        },
      });
    } finally {
      store.close();
    }
    return tracker.events.filter((event) => event.phase === "evaluation").length;
  }
  const best = (directory: string) => JSON.parse(readFileSync(join(directory, "checkpoints", "best", "state.json"), "utf8"));

  test("is kept, whatever comes after; the last checkpoint stays too", async () => {
    const directory = newDirectory();
    await select(directory, { metric: "accuracy", minimumImprovement: 0.1 });

    expect(best(directory)).toEqual({ step: 4, value: 0.9, waited: 0 });
    expect(latestCheckpoint(join(directory, "checkpoints"))?.step).toBe(6);
    const policy: LocalPolicy = tinyPolicy(2);
    const random = policy.weights.revision;
    await policy.load(join(directory, "checkpoints", "best", "policy"));
    expect(policy.weights.tensors).toEqual(tinyPolicy().weights.tensors);
    expect(policy.weights.revision).not.toBe(random);
  });

  test("may be the least of a metric", async () => {
    const directory = newDirectory();
    await select(directory, { metric: "accuracy", best: "minimum" });

    expect(best(directory)).toMatchObject({ step: 0, value: 0.1 });
  });

  test("ends the run after evaluations without improvement, and a run that ended so stays ended", async () => {
    const directory = newDirectory();

    expect(await select(directory, { metric: "accuracy", patience: 2 })).toBe(4);
    expect(best(directory)).toEqual({ step: 1, value: 0.5, waited: 0 });
    expect(latestCheckpoint(join(directory, "checkpoints"))?.state).toMatchObject({
      complete: true,
      early: true,
      selection: { step: 1, waited: 2 },
    });
    expect(await select(directory, { metric: "accuracy", patience: 2 })).toBe(0);
  });

  test("is remembered by a run that was stopped, and an evaluation that is repeated counts once", async () => {
    for (const stopAt of [1, 2, 3]) {
      const directory = newDirectory();
      await expect(select(directory, { metric: "accuracy", patience: 3 }, { stopAt })).rejects.toMatchObject({ code: "cancelled" });
      await select(directory, { metric: "accuracy", patience: 3 });

      expect(best(directory)).toEqual({ step: 6, value: 0.95, waited: 0 });
      expect(latestCheckpoint(join(directory, "checkpoints"))?.step).toBe(6);
    }
  });

  test("by a metric that isn't there is refused with those that are", async () => {
    await expect(select(newDirectory(), { metric: "acuracy" })).rejects.toThrow("no metric acuracy to select by; it has accuracy");
  });

  test("callbacks see steps, evaluations and checkpoints, and may end the run", async () => {
    const seen: string[] = [];
    const callbacks: TrainingCallbacks = {
      onStep({ step }) {
        seen.push(`step ${step}`);
        return step === 3 ? "stop" : undefined;
      },
      onEvaluation({ step, isBest }) {
        seen.push(`evaluation ${step}${isBest ? " best" : ""}`);
        return undefined;
      },
      onCheckpoint({ step }) {
        seen.push(`checkpoint ${step}`);
      },
    };
    const directory = newDirectory();
    await select(directory, { metric: "accuracy" }, { callbacks });

    expect(seen).toEqual([
      ...["evaluation 0 best", "step 1", "evaluation 1 best", "step 2", "checkpoint 2", "evaluation 2"],
      ...["step 3", "evaluation 3", "checkpoint 3"],
    ]);
    expect(latestCheckpoint(join(directory, "checkpoints"))?.state).toMatchObject({ complete: true, early: true });
  });
});

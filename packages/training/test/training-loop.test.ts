import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCheckpointStore, createJsonlTracker, runTrainingLoop } from "../src/index.js";
import { tinyPolicy } from "./tiny-task.js";

type Moment = "before the evaluation" | "after the evaluation" | "during the step";

/** Runs six steps of nothing; stops at one moment of one step, where asked to. */
async function run(directory: string, stop?: { at: number; moment: Moment }): Promise<void> {
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
      steps: 6,
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

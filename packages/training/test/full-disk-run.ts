import { join } from "node:path";
import { tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import { createCheckpointStore, createJsonlTracker, runTrainingLoop } from "../src/index.js";

// A training in a process of its own, whose disk a test can make full: full-disk-run.ts <directory>. It keeps all its checkpoints, and
// what it remembers grows, so that it hits a limit of the disk as well as one of a single file.

const directory = process.argv[2] as string;
const tracker = createJsonlTracker(join(directory, "events.jsonl"));
const store = createCheckpointStore(join(directory, "checkpoints"), { keep: 9 });
const policy = tinyPolicy();
const rows = [{ promptIds: tokenizer.encode("give:a"), completionIds: tokenizer.encode("ab") }];
try {
  await runTrainingLoop<{ step: number; seen: string }>({
    phase: "test",
    policy,
    tracker,
    checkpoints: { store, every: 1 },
    settings: {},
    steps: 6,
    initial: { step: 0, seen: "" },
    async takeStep({ step, seen }) {
      const { loss } = await policy.forwardBackward(rows, {
        derivative: "constant",
        evaluate: (given) => ({
          loss: -(given[0]?.logProbabilities[0] as number),
          gradients: given.map((row) => new Float32Array(row.logProbabilities.length).fill(-1)),
          metrics: {},
        }),
      });
      await policy.optimizerStep({ learningRate: 1e-2 });
      return { state: { step: step + 1, seen: seen + "x".repeat(30_000) }, metrics: { loss } };
    },
  });
} catch (error) {
  console.error(error);
  process.exitCode = 3;
} finally {
  store.close();
  await tracker.close();
}

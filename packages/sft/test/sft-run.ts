import { join } from "node:path";
import { createCheckpointStore, createJsonlTracker } from "@bridge-rl/training";
import { trainSft } from "../src/index.js";
import { demonstrations, tinyPolicy, tokenizer } from "./tiny-policy.js";

// A whole SFT run in a process of its own, so that a test can kill it: sft-run.ts <directory>. Prints a line at each step.

const directory = process.argv[2] as string;
const store = createCheckpointStore(join(directory, "checkpoints"));
const tracker = createJsonlTracker(join(directory, "events.jsonl"));
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
await trainSft({
  policy: tinyPolicy(),
  tokenizer,
  demonstrations,
  batchSize: 6,
  steps: 40,
  seed: 3,
  learningRate: { kind: "cosine", peak: 3e-3, warmupSteps: 4 },
  weightDecay: 0.01,
  behaviorWeights: { "@test/restate": 0.5 },
  tracker,
  checkpoints: { store, every: 7 },
  evaluation: { every: 10, evaluate: async ({ step }) => ({ half: step / 2 }) },
  progress: { update: ({ done }) => process.stdout.write(`step ${done}\n`) },
  signal: stop.signal,
}).catch((error) => {
  console.error(error.code, error.message);
  process.exitCode = 3;
});
await tracker.close();
store.close();

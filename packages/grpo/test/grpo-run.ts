import { join } from "node:path";
import { beginsRight, phrasebook, problems, tinyPolicy, tokenizer } from "@bridge-rl/test-support";
import { createCheckpointStore, createJsonlTracker, evaluatePolicy } from "@bridge-rl/training";
import { trainGrpo } from "../src/index.js";

// A whole GRPO run in a process of its own, so that a test can kill it: grpo-run.ts <directory>. Prints a line at each step.
// Everything that has a state takes part: a reference, two mini-batches twice over, dynamic sampling, evaluation, moments.

const directory = process.argv[2] as string;
const store = createCheckpointStore(join(directory, "checkpoints"));
const tracker = createJsonlTracker(join(directory, "events.jsonl"));
const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
const policy = tinyPolicy();
const reward = beginsRight;
await trainGrpo({
  policy,
  tokenizer,
  problems,
  phrasebook,
  reward,
  steps: 20,
  seed: 3,
  promptsPerStep: 3,
  groupSize: 4,
  iterations: 2,
  miniBatches: 2,
  maxBatches: 3,
  inspectEvery: 4,
  sampling: { maxTokens: 3, temperature: 0.9 },
  learningRate: { kind: "linear", peak: 1e-2 },
  loss: { beta: 0.01 },
  tracker,
  checkpoints: { store, every: 3 },
  evaluation: {
    every: 5,
    async evaluate() {
      const { accuracy } = await evaluatePolicy({
        sampler: policy.sampler,
        tokenizer,
        phrasebook,
        problems,
        reward,
        sampling: { maxTokens: 3 },
      });
      return { accuracy };
    },
  },
  progress: { update: ({ done }) => process.stdout.write(`step ${done}\n`) },
  signal: stop.signal,
}).catch((error) => {
  console.error(error.code, error.message);
  process.exitCode = 3;
});
await tracker.close();
store.close();

// A GRPO step on the quickstart's workload: its base model (0.93M parameters), 32 problems of 4 or 5 operations, 8 rollouts of each with up to 160
// new tokens at temperature 1, its reward. Groups without spread occur as they do there.
// node --conditions=@bridge-rl/source --import tsx packages/cli/bench/quickstart-step.ts [--workers 2] [--threads 1] [--steps 4] [--json]
// --write-prompts FILE writes prompts and answers for bench/peers/grpo-step.py, which takes the same workload through TRL.
import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { trainGrpo, trl } from "@bridge-rl/grpo";
import { igsm } from "@bridge-rl/igsm";
import { createWorkerPolicy, LocalPolicy, LocalSampler, loadModelFolder } from "@bridge-rl/models";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { BridgeError } from "@bridge-rl/spec";
import { exactAnswerReward, type StepTiming } from "@bridge-rl/training";

const { values: flags } = parseArgs({
  options: {
    workers: { type: "string", default: "0" },
    threads: { type: "string", default: "1" },
    steps: { type: "string", default: "4" },
    json: { type: "boolean", default: false },
    "write-prompts": { type: "string" },
  },
});
const [workers, threads, steps] = [flags.workers, flags.threads, flags.steps].map(Number) as [number, number, number];
const [promptsPerStep, groupSize, maxTokens] = [32, 8, 160];

const model = fileURLToPath(new URL("../../base-igsm/model/", import.meta.url));
const known = { modulus: 11, phrasebook: "terse", distractors: [0, 3], layers: [2, 3], items: [2, 3] } as const;
const source = igsm({ ...known, operations: [4, 5], seed: 1, split: "train" });
if (flags["write-prompts"] !== undefined) {
  const problems = [...source.problems({ count: promptsPerStep * (steps + 1) })];
  const asked = problems.map(({ prompt, answer }) => ({ prompt, answer: source.phrasebook.formatAnswer(answer) }));
  writeFileSync(flags["write-prompts"], JSON.stringify({ model, promptsPerStep, groupSize, maxTokens, problems: asked }));
  process.exit(0);
}

const { config, weights, tokenizer } = await loadModelFolder(model);
if (tokenizer === undefined) throw new BridgeError("missing-file", `${model} has no tokenizer`);
const runtime = createOnnxRuntime({ threads });
const policy =
  workers === 0
    ? new LocalPolicy(config, weights, { runtime, createSampler: (current) => new LocalSampler(current, { tokenizer, runtime }) })
    : await createWorkerPolicy(config, weights, { workers, threads, tokenizer });
const timings: StepTiming[] = [];
const processor: number[] = [];
await trainGrpo({
  ...trl,
  ...{ policy, tokenizer, problems: source, reward: exactAnswerReward(), promptsPerStep, groupSize, seed: 1, inspectEvery: 0 },
  // So low that later steps have the same work as the first.
  learningRate: 1e-6,
  steps: steps + 1,
  sampling: { maxTokens },
  timings: {
    now: () => performance.now(),
    report(timing) {
      timings.push(timing);
      const { user, system } = process.cpuUsage();
      processor.push((user + system) / 1000);
    },
  },
});
await policy.dispose();

// The first step compiles programs.
const measured = timings.slice(1);
const middle = (values: number[]): number => values.sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
const parts = Object.keys(measured[0]?.milliseconds ?? {});
const time = Object.fromEntries(parts.map((part) => [part, middle(measured.map(({ milliseconds }) => milliseconds[part] ?? 0))]));
const walls = measured.map(({ milliseconds }) => Object.values(milliseconds).reduce((sum, part) => sum + part, 0) / 1000);
const busy = middle(processor.slice(1).map((value, index) => (value - (processor[index] as number)) / 1000));
const tokens = middle(measured.map((timing) => timing.tokens.rollout as number));
const rest = ["reward", "callback", "overhead"].reduce((sum, part) => sum + (time[part] ?? 0), 0);
if (flags.json)
  console.log(
    JSON.stringify({
      engine: "bridge-rl",
      workload: "quickstart",
      ...{ workers, threads, wall: middle(walls), processor: busy, tokens, milliseconds: time },
    }),
  );
else {
  const where = workers === 0 ? `${threads} thread(s)` : `${workers} worker(s) of ${threads} thread(s)`;
  console.log(
    `GRPO step of the quickstart: ${(1000 * middle(walls)).toFixed(0)} ms (${where}, median of ${steps}; ${tokens} tokens sampled)`,
  );
  for (const part of parts) console.log(`  ${part.padEnd(18)}${(time[part] as number).toFixed(1).padStart(9)} ms`);
  console.log(`  ${busy.toFixed(2)} s of the processor`);
  console.log(`  not rollout, score, forward, backward or optimiser: ${(rest / (10 * middle(walls))).toFixed(2)} %`);
}

// Where the time of a GRPO step goes, on a fixed workload: 64 rollouts, 32 prompt and up to 128 new tokens, 3.28M parameters.
// node --conditions=@bridge-rl/source --import tsx packages/grpo/bench/step.ts [--threads 2] [--workers 2] [--steps 5] [--prompt 32] [--tokens 128] [--entropy 0.01, the bonus's coefficient] [--json]
// bench/peers/grpo-step.py takes the same workload through TRL, or through Hugging Face's generate and torch.
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { trainGrpo, trl } from "@bridge-rl/grpo";
import {
  createTokenizer,
  createWorkerPolicy,
  type DecoderConfig,
  initializeDecoder,
  LocalPolicy,
  LocalSampler,
  trainTokenizer,
} from "@bridge-rl/models";
import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type Phrasebook, type Problem, type Reward, type Tokenizer } from "@bridge-rl/spec";
import type { StepTiming } from "@bridge-rl/training";

const { values: flags } = parseArgs({
  options: {
    threads: { type: "string" },
    workers: { type: "string" },
    steps: { type: "string", default: "4" },
    prompt: { type: "string", default: "32" },
    tokens: { type: "string", default: "128" },
    prompts: { type: "string", default: "8" },
    group: { type: "string", default: "8" },
    entropy: { type: "string", default: "0" },
    json: { type: "boolean", default: false },
  },
});
// Worker threads share the work better than the threads of one run; without --workers, everything is done in this thread.
const [threads, workers, steps, promptLength, maxTokens, promptsPerStep, groupSize] = [
  flags.threads ?? (flags.workers === undefined ? "2" : "1"),
  flags.workers ?? "0",
  flags.steps,
  flags.prompt,
  flags.tokens,
  flags.prompts,
  flags.group,
].map(Number) as [number, number, number, number, number, number, number];

const config: DecoderConfig = {
  architecture: "qwen2",
  ...{ vocabularySize: 512, hiddenSize: 256, layers: 4, heads: 4, keyValueHeads: 2, headDimension: 64, intermediateSize: 768 },
  ...{ ropeTheta: 1e4, normEpsilon: 1e-6, queryKeyNorm: false, attentionBias: false, tieEmbeddings: true, maximumLength: 1024 },
};
const bytes = createTokenizer(trainTokenizer({ texts: ["abc"], vocabularySize: 300 }));
/** Prompts of exactly so many ids: what a prompt says doesn't matter to its cost. */
const tokenizer: Tokenizer = {
  vocabularySize: config.vocabularySize,
  endOfSequenceId: bytes.endOfSequenceId,
  padId: bytes.padId,
  encode: (text) => {
    const random = createRandom(text, "prompt");
    return Int32Array.from({ length: promptLength }, () => random.integer(10, 250));
  },
  decode: (ids) => bytes.decode(Array.from(ids, (id) => id % 256)),
  encodeWithOffsets: bytes.encodeWithOffsets,
};
const problems: Problem[] = Array.from({ length: promptsPerStep }, (_, index) => ({
  ...{ id: `p${index}`, prompt: `p${index}`, answer: 0, structureHash: "", difficulty: { operations: 1 } },
  ...{ source: { name: "bench", version: 1, seed: 0, index }, graph: { nodes: [], target: 0 } },
}));
const phrasebook: Phrasebook = {
  ...{ name: "bench", specVersion: 1, stop: [], formatAnswer: String, parseAnswer: () => undefined, detectBehaviors: () => [] },
  ...{ renderPrompt: () => "", renderTrace: () => ({ text: "", spans: [] }) },
};
/** Half of the rollouts are right, so that every group has spread and no row can be left out. */
let asked = 0;
const reward: Reward = { name: "alternating", specVersion: 1, maximum: 1, score: () => asked++ % 2 };

const runtime = createOnnxRuntime({ threads });
const policy =
  workers === 0
    ? new LocalPolicy(config, initializeDecoder(config, 1), {
        runtime,
        tokensPerRun: 2048,
        createSampler: (weights) => new LocalSampler(weights, { tokenizer, runtime, batchSize: promptsPerStep * groupSize }),
      })
    : await createWorkerPolicy(config, initializeDecoder(config, 1), { workers, threads, tokensPerRun: 2048, tokenizer: bytes });
const timings: StepTiming[] = [];
/** Milliseconds of the processor at the end of each step: what a busy machine leaves comparable. */
const processor: number[] = [];
await trainGrpo({
  ...trl,
  ...{ policy, tokenizer, problems, phrasebook, reward, promptsPerStep, groupSize, seed: 1, learningRate: 1e-5, inspectEvery: 0 },
  steps: steps + 1,
  loss: { ...trl.loss, entropyCoefficient: Number(flags.entropy) },
  sampling: { maxTokens },
  timings: { now: () => performance.now(), report: keep },
});

function keep(timing: StepTiming): void {
  timings.push(timing);
  const { user, system } = process.cpuUsage();
  processor.push((user + system) / 1000);
}

// The first step compiles programs.
const measured = timings.slice(1);
const middle = (values: number[]): number => values.sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
const parts = Object.keys(measured[0]?.milliseconds ?? {});
const time = Object.fromEntries(parts.map((part) => [part, middle(measured.map(({ milliseconds }) => milliseconds[part] ?? 0))]));
const total = middle(measured.map(({ milliseconds }) => Object.values(milliseconds).reduce((sum, part) => sum + part, 0)));
const busy = Math.min(...processor.slice(1).map((time, index) => time - (processor[index] as number)));
const tokens = middle(measured.map((timing) => timing.tokens.rollout as number));
const working = ["rollout", "score", "forward_backward", "optimizer"];
const rest = parts.filter((part) => !working.includes(part)).reduce((sum, part) => sum + (time[part] as number), 0);
if (flags.json)
  console.log(
    JSON.stringify({
      engine: "bridge-rl",
      workload: "step",
      workers,
      threads,
      wall: total / 1000,
      processor: busy / 1000,
      tokens,
      milliseconds: time,
      overheadShare: rest / total,
    }),
  );
else {
  const shape = `${promptsPerStep * groupSize} rollouts of ${promptLength} + up to ${maxTokens} tokens, ${workers === 0 ? "" : `${workers} worker(s) of `}${threads} thread(s), median of ${steps} steps`;
  console.log(`GRPO step: ${total.toFixed(0)} ms (${shape}; ${tokens} tokens sampled)`);
  for (const part of parts) {
    const share = (100 * (time[part] as number)) / total;
    const speed =
      part === "rollout" || part === "forward_backward"
        ? `  ${((1000 * tokens) / (time[part] as number)).toFixed(0)} completion tokens/s`
        : "";
    console.log(`  ${part.padEnd(18)}${(time[part] as number).toFixed(1).padStart(9)} ms ${share.toFixed(1).padStart(5)} %${speed}`);
  }
  console.log(`  ${(busy / 1000).toFixed(2)} s of the processor`);
  console.log(`  not rollout, score, forward, backward or optimiser: ${((100 * rest) / total).toFixed(2)} %`);
}
await policy.dispose();

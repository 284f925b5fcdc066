// The same training by us and by TRL, step by step: SFT on demonstrations, and GRPO on rollouts that we draw and TRL is given.
// node --conditions=@bridge-rl/source --import tsx packages/cli/bench/trl-training.ts --python /path/to/python [--steps 6] [--only sft|grpo] [--tolerance 1e-5]
// Prints loss, gradient norm and what the weights come to; exits non-zero where a step differs by more than the tolerance.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bridge, demonstrate } from "@bridge-rl/behaviors";
import { trainGrpo, trl } from "@bridge-rl/grpo";
import { igsm } from "@bridge-rl/igsm";
import { LocalPolicy, LocalSampler, loadModelFolder } from "@bridge-rl/models";
import { trainSft } from "@bridge-rl/sft";
import { BridgeError, type TrainingRow } from "@bridge-rl/spec";
import { exactAnswerReward, type RolloutGroup } from "@bridge-rl/training";

const { values: flags } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    steps: { type: "string", default: "6" },
    only: { type: "string" },
    tolerance: { type: "string", default: "1e-5" },
  },
});
const steps = Number(flags.steps);
const [batchSize, promptsPerStep, groupSize, maxTokens] = [8, 4, 4, 120];
const model = fileURLToPath(new URL("../../base-igsm/model/", import.meta.url));
const source = igsm({ modulus: 11, phrasebook: "terse", distractors: [0, 3], layers: [2, 3], items: [2, 3], operations: [5, 6], seed: 1 });
const script = fileURLToPath(new URL("../../../bench/peers/trl-training.py", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "trl-training-"));

/** One optimiser step. */
interface Step {
  readonly loss: number;
  readonly gradientNorm: number;
}

/** A policy that writes down what its trainer makes of it. */
async function recordedPolicy(): Promise<{ policy: LocalPolicy; steps: Step[]; batches: TrainingRow[][] }> {
  const { config, weights, tokenizer } = await loadModelFolder(model);
  if (tokenizer === undefined) throw new BridgeError("missing-file", `${model} has no tokenizer`);
  const recorded: Step[] = [];
  const batches: TrainingRow[][] = [];
  // what a step has that leaves all rollouts out, because no group has spread
  let loss = 0;
  class Recorded extends LocalPolicy {
    override async forwardBackward(...call: Parameters<LocalPolicy["forwardBackward"]>) {
      const result = await super.forwardBackward(...call);
      batches.push([...call[0]]);
      loss = result.loss;
      return result;
    }

    override async optimizerStep(...call: Parameters<LocalPolicy["optimizerStep"]>) {
      const result = await super.optimizerStep(...call);
      recorded.push({ loss, gradientNorm: result.gradientNorm });
      loss = 0;
      return result;
    }
  }
  const policy = new Recorded(config, weights, { createSampler: (current) => new LocalSampler(current, { tokenizer }) });
  return { policy, steps: recorded, batches };
}

/** Has TRL train on what a file holds, and returns its steps and the weights it ends with. */
async function trained(task: string, given: unknown): Promise<{ steps: Step[]; weights: ReadonlyMap<string, Float32Array> }> {
  const [input, output] = [join(folder, `${task}.json`), join(folder, task)];
  writeFileSync(input, JSON.stringify(given));
  execFileSync(flags.python, [script, task, input, output], { stdio: ["ignore", "ignore", "inherit"] });
  const { weights } = await loadModelFolder(output);
  return { steps: JSON.parse(readFileSync(join(output, "steps.json"), "utf8")), weights };
}

/** Prints both sides, and says whether they are the same within the tolerance. */
function compare(name: string, ours: readonly Step[], policy: LocalPolicy, theirs: Awaited<ReturnType<typeof trained>>): boolean {
  console.log(`\n${name}\nstep   loss, ours      TRL             difference   gradient norm, ours   TRL          relative difference`);
  let worst = ours.length === theirs.steps.length ? 0 : Number.POSITIVE_INFINITY;
  for (const [index, { loss, gradientNorm }] of ours.entries()) {
    const other = theirs.steps[index] ?? { loss: Number.NaN, gradientNorm: Number.NaN };
    const [byLoss, byNorm] = [Math.abs(loss - other.loss), Math.abs(gradientNorm - other.gradientNorm) / (other.gradientNorm || 1)];
    worst = Math.max(worst, byLoss, byNorm);
    const numbers = [
      loss.toFixed(9),
      other.loss.toFixed(9),
      byLoss.toExponential(1),
      gradientNorm.toFixed(7),
      other.gradientNorm.toFixed(7),
    ];
    console.log(
      `${String(index + 1).padStart(4)}   ${numbers.map((text, place) => text.padEnd([15, 15, 12, 21, 12][place] as number)).join(" ")} ${byNorm.toExponential(1)}`,
    );
  }
  let [distance, moved] = [0, 0];
  for (const [parameter, { data }] of policy.weights.tensors) {
    const other = theirs.weights.get(parameter);
    if (other === undefined) throw new BridgeError("invalid-file", `TRL saved no ${parameter}`);
    for (const [index, value] of (data as Float32Array).entries()) {
      distance += (value - (other[index] as number)) ** 2;
      moved += value ** 2;
    }
  }
  console.log(`weights after ${ours.length} steps differ by ${Math.sqrt(distance / moved).toExponential(1)} of their norm`);
  return worst <= Number(flags.tolerance);
}

async function sft(): Promise<boolean> {
  const demonstrations = [...source.problems({ count: batchSize * steps })].flatMap((problem) =>
    demonstrate(problem, source.phrasebook, bridge(), 1),
  );
  const { policy, steps: ours, batches } = await recordedPolicy();
  const tokenizer = (await loadModelFolder(model)).tokenizer;
  if (tokenizer === undefined) throw new BridgeError("missing-file", `${model} has no tokenizer`);
  await trainSft({ policy, tokenizer, demonstrations, steps, batchSize, seed: 1, learningRate: 1e-3, weightDecay: 0 });
  // TRL is given texts in our order, and our ids to hold its own against
  const rows = batches.flat().map(({ promptIds, completionIds }) => ({
    prompt: tokenizer.decode(promptIds),
    completion: tokenizer.decode(completionIds.subarray(0, -1)),
    ids: [...promptIds, ...completionIds],
  }));
  const theirs = await trained("sft", { model, rows, batchSize, steps, learningRate: 1e-3 });
  const same = compare(`SFT: ${batchSize} demonstrations a step, loss on completions, AdamW at 1e-3`, ours, policy, theirs);
  await policy.dispose();
  return same;
}

async function grpo(): Promise<boolean> {
  const { policy, steps: ours } = await recordedPolicy();
  const tokenizer = (await loadModelFolder(model)).tokenizer;
  if (tokenizer === undefined) throw new BridgeError("missing-file", `${model} has no tokenizer`);
  const rounds: RolloutGroup[][] = [];
  const iterations = 2;
  await trainGrpo({
    ...trl,
    ...{
      policy,
      tokenizer,
      problems: source,
      reward: exactAnswerReward(),
      promptsPerStep,
      groupSize,
      iterations,
      seed: 1,
      inspectEvery: 0,
    },
    ...{ steps: steps / iterations, learningRate: 1e-4, sampling: { maxTokens }, skipZeroAdvantage: true },
    onRollouts({ groups }) {
      rounds.push([...groups]);
    },
  });
  const groups = rounds.map((round) =>
    round.map(({ problem, promptIds, rollouts, rewards }) => ({
      ...{ prompt: problem.prompt, promptIds: [...promptIds], rewards: [...rewards] },
      completions: rollouts.map(({ completionIds }) => [...completionIds]),
    })),
  );
  const theirs = await trained("grpo", { model, groups, groupSize, iterations, maxTokens, learningRate: 1e-4 });
  const title = `GRPO: ${promptsPerStep} problems × ${groupSize} rollouts of ours, gone through ${iterations} times, TRL's defaults, AdamW at 1e-4`;
  const same = compare(title, ours, policy, theirs);
  await policy.dispose();
  return same;
}

try {
  const parts = { sft, grpo };
  const same: boolean[] = [];
  for (const [name, part] of Object.entries(parts)) if (flags.only === undefined || flags.only === name) same.push(await part());
  process.exitCode = same.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

import { bridgePaper, dapo, drGrpo, type GrpoPreset, gspo, trainGrpo, trl, verl } from "@bridge-rl/grpo";
import type { ProviderName } from "@bridge-rl/runtime-onnx";
import type { SaveDtype } from "../resolve/open-model.js";
import { resolveWeightedReward } from "../resolve/resolve-reward.js";
import { defaultReward } from "../stages/default-reward.js";
import { type LoraFlags, loraOf } from "./lora-flags.js";
import { type SourceFlags, sourceFromFlags } from "./source-from-flags.js";
import { trainFlagFields } from "./train-flag-fields.js";
import { refuseFinished, scheduleOf, trainIntoFolder } from "./training-folder.js";

type PresetName = "trl" | "verl" | "drGrpo" | "dapo" | "gspo" | "bridgePaper";

const presets: Readonly<Record<PresetName, GrpoPreset>> = { trl, verl, drGrpo, dapo, gspo, bridgePaper };

/** What the flags of `bridge grpo` come to. */
export interface GrpoFlags extends SourceFlags, LoraFlags {
  readonly model: string;
  readonly output: string;
  readonly steps: number;
  readonly promptsPerStep: number;
  readonly groupSize: number;
  readonly preset: PresetName;
  readonly beta?: number | undefined;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly learningRate: number;
  readonly schedule: string;
  readonly warmup: number;
  readonly threads: number;
  readonly workers: number;
  readonly provider: ProviderName;
  readonly checkpointEvery: number;
  readonly precision?: "float32" | "int8" | undefined;
  readonly saveDtype: SaveDtype;
  readonly train: readonly string[];
}

/** Trains a model by reinforcement as flags say. */
export async function grpoCommand(flags: GrpoFlags): Promise<void> {
  const {
    model,
    output,
    steps,
    promptsPerStep,
    groupSize,
    preset,
    beta,
    maxTokens,
    temperature,
    seed,
    threads,
    workers,
    provider,
    checkpointEvery,
  } = flags;
  const learningRate = scheduleOf(flags);
  const { loss: ownLoss, advantages: ownAdvantages, rewards = [], ...fields } = trainFlagFields("grpo", flags.train);
  const others = await Promise.all(rewards.map((choice) => resolveWeightedReward(choice, process.cwd())));
  await refuseFinished(output);
  const problems = await sourceFromFlags(flags);
  const reward = defaultReward(problems);
  const { loss, advantages } = presets[preset];
  await trainIntoFolder(
    { model, output, threads, workers, provider, lora: loraOf(flags), saveDtype: flags.saveDtype },
    async ({ model: { policy, tokenizer }, store, ...controls }) => {
      await trainGrpo({
        ...controls,
        ...fields,
        policy,
        tokenizer,
        problems,
        reward: [{ reward }, ...others],
        steps,
        promptsPerStep,
        groupSize,
        seed,
        learningRate,
        loss: { ...loss, ...(beta !== undefined && { beta }), ...ownLoss },
        advantages: { ...advantages, ...ownAdvantages },
        sampling: { maxTokens, temperature, ...(flags.precision !== undefined && { precision: flags.precision }) },
        checkpoints: { store, every: checkpointEvery },
      });
    },
  );
}

import type { ProviderName } from "@bridge-rl/runtime-onnx";
import { trainSft } from "@bridge-rl/sft";
import type { Demonstration } from "@bridge-rl/spec";
import { readLines } from "../data/read-lines.js";
import { demonstrationSchema } from "../data/rows.js";
import type { SaveDtype } from "../resolve/open-model.js";
import { type LoraFlags, loraOf } from "./lora-flags.js";
import { trainFlagFields } from "./train-flag-fields.js";
import { refuseFinished, scheduleOf, trainIntoFolder } from "./training-folder.js";

/** What the flags of `bridge sft` come to. */
export interface SftFlags extends LoraFlags {
  readonly model: string;
  readonly input: string;
  readonly output: string;
  readonly epochs?: number | undefined;
  readonly steps?: number | undefined;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly schedule: string;
  readonly warmup: number;
  readonly lossOn: "completion" | "all";
  readonly seed: number;
  readonly threads: number;
  readonly workers: number;
  readonly provider: ProviderName;
  readonly checkpointEvery: number;
  readonly saveDtype: SaveDtype;
  readonly train: readonly string[];
}

/** Fine-tunes a model as flags say. */
export async function sftCommand(flags: SftFlags): Promise<void> {
  const { model, input, output, steps, batchSize, lossOn, seed, threads, workers, provider, checkpointEvery } = flags;
  const learningRate = scheduleOf(flags);
  const fields = trainFlagFields("sft", flags.train);
  await refuseFinished(output);
  const demonstrations: Demonstration[] = [];
  for await (const { row } of readLines(input, demonstrationSchema)) demonstrations.push(row);
  const length = steps === undefined ? { epochs: flags.epochs ?? 1 } : { steps };
  await trainIntoFolder(
    { model, output, threads, workers, provider, lora: loraOf(flags), saveDtype: flags.saveDtype },
    async ({ model: { policy, tokenizer }, store, ...controls }) => {
      await trainSft({
        ...controls,
        ...fields,
        ...length,
        policy,
        tokenizer,
        demonstrations,
        batchSize,
        learningRate,
        lossOn,
        seed,
        checkpoints: { store, every: checkpointEvery },
      });
    },
  );
}

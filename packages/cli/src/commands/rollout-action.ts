import type { ProviderName } from "@bridge-rl/runtime-onnx";
import type { Problem, ProblemSource } from "@bridge-rl/spec";
import { collectRollouts } from "@bridge-rl/training";
import { createSourceFinder } from "../data/phrasebook-of-row.js";
import { readLines } from "../data/read-lines.js";
import { problemRowSchema } from "../data/rows.js";
import { withLineWriter } from "../data/write-lines.js";
import { defaultReward } from "../stages/default-reward.js";
import { rolloutSample } from "../stages/rollout-stage.js";
import { samplingProgress, withModel } from "./with-model.js";

/** What the flags of `bridge rollout` come to. */
export interface RolloutFlags {
  readonly model: string;
  readonly input: string;
  readonly output: string;
  readonly count: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number;
  readonly maxTokens: number;
  readonly precision?: "float32" | "int8" | undefined;
  readonly seed: number;
  readonly task?: string | undefined;
  readonly phrasebook?: string | undefined;
  readonly threads: number;
  readonly workers: number;
  readonly provider: ProviderName;
}

/** Problems that are sampled together: enough to fill a batch, few enough to hold. */
const chunkSize = 64;

/** Samples and scores, chunk by chunk. */
export async function rolloutCommand(flags: RolloutFlags): Promise<void> {
  const { input, output, count, temperature, topK, topP, minP, maxTokens, precision = "float32", seed } = flags;
  await withModel(flags, async ({ model: { policy, tokenizer }, progress, signal }) => {
    await withLineWriter(output, async (writer) => {
      let round = 0;
      for await (const { problems, source } of chunks(input, createSourceFinder(flags))) {
        const { phrasebook } = source;
        const reward = defaultReward(source);
        const onProgress = samplingProgress(progress, `problems ${round * chunkSize + 1} to ${round * chunkSize + problems.length}`);
        const sampling = { temperature, topK, topP, minP, maxTokens, precision, stop: phrasebook.stop, signal, onProgress };
        const { sampler } = policy;
        const groups = await collectRollouts({ sampler, tokenizer, phrasebook, problems, reward, count, seed, round, sampling });
        for (const group of groups) await writer.write(rolloutSample(group, phrasebook));
        round++;
      }
    });
  });
}

interface Chunk {
  readonly problems: readonly Problem[];
  readonly source: ProblemSource;
}

/** Problems in the order of the lines; a chunk also ends where the source or its phrasebook changes. */
async function* chunks(input: string, sourceOf: ReturnType<typeof createSourceFinder>): AsyncGenerator<Chunk> {
  let problems: Problem[] = [];
  let source: ProblemSource | undefined;
  for await (const { row, place } of readLines(input, problemRowSchema)) {
    const own = await sourceOf(row, place);
    if (source !== undefined && (own !== source || problems.length === chunkSize)) {
      yield { problems, source };
      problems = [];
    }
    source = own;
    problems.push(row);
  }
  if (source !== undefined && problems.length > 0) yield { problems, source };
}

import type { Phrasebook, Problem } from "@bridge-rl/spec";
import { collectRollouts } from "@bridge-rl/training";
import { createPhrasebookFinder } from "../data/phrasebook-of-row.js";
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
  readonly maxTokens: number;
  readonly seed: number;
  readonly task?: string | undefined;
  readonly phrasebook?: string | undefined;
  readonly threads: number;
}

/** Problems that are sampled together: enough to fill a batch, few enough to hold. */
const chunkSize = 64;

/** Samples and scores, chunk by chunk. */
export async function rolloutCommand(flags: RolloutFlags): Promise<void> {
  const { input, output, count, temperature, topK, topP, maxTokens, seed } = flags;
  const reward = await defaultReward();
  await withModel(flags, async ({ model: { policy, tokenizer }, progress, signal }) => {
    await withLineWriter(output, async (writer) => {
      let round = 0;
      for await (const { problems, phrasebook } of chunks(input, createPhrasebookFinder(flags))) {
        const onProgress = samplingProgress(progress, `problems ${round * chunkSize + 1} to ${round * chunkSize + problems.length}`);
        const sampling = { temperature, topK, topP, maxTokens, stop: phrasebook.stop, signal, onProgress };
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
  readonly phrasebook: Phrasebook;
}

/** Problems in the order of the lines; a chunk also ends where the phrasebook changes. */
async function* chunks(input: string, phrasebookOf: ReturnType<typeof createPhrasebookFinder>): AsyncGenerator<Chunk> {
  let problems: Problem[] = [];
  let phrasebook: Phrasebook | undefined;
  for await (const { row, place } of readLines(input, problemRowSchema)) {
    const own = await phrasebookOf(row, place);
    if (phrasebook !== undefined && (own !== phrasebook || problems.length === chunkSize)) {
      yield { problems, phrasebook };
      problems = [];
    }
    phrasebook = own;
    problems.push(row);
  }
  if (phrasebook !== undefined && problems.length > 0) yield { problems, phrasebook };
}

import { igsm } from "@bridge-rl/igsm";
import { createTokenizer, initializeDecoder, saveModelFolder, trainTokenizer } from "@bridge-rl/models";
import { tinyDecoder } from "@bridge-rl/test-support";

/** What tests ask of problems: few operations, few tokens. */
export const tinyTask: Readonly<Record<string, unknown>> = { operations: [4, 5], modulus: 5, phrasebook: "terse", distractors: [0, 2] };

/** Writes a random model of a few thousand parameters, with a tokenizer of its own. */
export async function writeTinyModel(directory: string): Promise<void> {
  const problems = [...igsm({ ...tinyTask, seed: 1 }).problems({ count: 50 })];
  const texts = problems.flatMap((problem) => [problem.prompt, "<think>a=1;</think>\\boxed{1}"]);
  const tokenizer = createTokenizer(trainTokenizer({ texts, vocabularySize: 300 }));
  const config = tinyDecoder(tokenizer.vocabularySize, { maximumLength: 256 });
  const weights = initializeDecoder(config, "tiny model");
  await saveModelFolder(directory, { config, weights, tokenizer });
}

import { createTokenizer, initializeDecoder, LocalPolicy, LocalSampler, trainTokenizer } from "@bridge-rl/models";
import { createRandom, type Phrasebook, type Problem, type Reward, type Tokenizer } from "@bridge-rl/spec";
import { tinyDecoder } from "./tiny-decoder.js";

const letters = [..."abcdefgh"];

export const tokenizer: Tokenizer = createTokenizer(
  trainTokenizer({ texts: ["give:abcdefgh.?"], vocabularySize: 16, alphabet: "seen", minimumFrequency: 100 }),
);

/** `give:c` wants a completion that begins with c. */
export const problems: readonly Problem[] = letters.slice(0, 4).map((letter, index) => ({
  id: `letters/${letter}`,
  source: { name: "letters", version: 1, seed: 0, index },
  prompt: `give:${letter}`,
  graph: { nodes: [], target: 0 },
  answer: letter,
  difficulty: { operations: 1 + (index % 2) },
  structureHash: letter,
}));

export const phrasebook: Phrasebook = {
  name: "letters",
  specVersion: 1,
  renderPrompt: () => "",
  renderTrace: () => ({ text: "", spans: [] }),
  parseAnswer: (completion) => completion[0],
  formatAnswer: String,
  detectBehaviors: (completion) =>
    Array.from(completion.matchAll(/\?/g), ({ index }) => ({ start: index, end: index + 1, kind: "attempt" })),
  stop: ["."],
};

export const beginsRight: Reward = {
  name: "begins-right",
  specVersion: 1,
  maximum: 1,
  score: ({ problem, completion }) => Number(completion[0] === problem.answer),
};

/** A coin of its own for each rollout: rewards as they would be after shuffling, so nothing can be learned from them. */
export function coin(seed: number): Reward {
  const random = createRandom(seed, "coin");
  return { name: "coin", specVersion: 1, maximum: 1, score: () => Number(random.chance(0.3)) };
}

const config = tinyDecoder(tokenizer.vocabularySize, { tieEmbeddings: false });

/** A real model of some 2,000 random parameters with its real sampler. */
export function tinyPolicy(seed: number | string = 1, tokensPerRun = 2048): LocalPolicy {
  return new LocalPolicy(config, initializeDecoder(config, seed), {
    tokensPerRun,
    createSampler: (weights) => new LocalSampler(weights, { tokenizer }),
  });
}

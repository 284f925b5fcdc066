import { createTokenizer, initializeDecoder, LocalPolicy, trainTokenizer } from "@bridge-rl/models";
import type { Tokenizer } from "@bridge-rl/spec";
import { tinyDecoder } from "@bridge-rl/test-support";
import type { SupervisedExample } from "../src/index.js";

/** Sums of two digits with a made-up behaviour: `3+4=` continues with `[3 and 4] 7`. */
export const demonstrations: readonly SupervisedExample[] = Array.from({ length: 20 }, (_, index) => {
  const [one, other] = [index % 5, index % 4];
  const restated = `[${one} and ${other}]`;
  const span = { start: 0, end: restated.length, step: 0, kind: "restate" as const, node: 0, behavior: "@test/restate" };
  return { prompt: `${one}+${other}=`, completion: `${restated} ${one + other}`, spans: [span] };
});

export const tokenizer: Tokenizer = createTokenizer(
  trainTokenizer({ texts: demonstrations.map(({ prompt, completion }) => prompt + completion), vocabularySize: 40, alphabet: "seen" }),
);

const config = tinyDecoder(tokenizer.vocabularySize);

/** A real model of some 2,000 random parameters. */
export function tinyPolicy(seed = 1, tokensPerRun = 2048): LocalPolicy {
  return new LocalPolicy(config, initializeDecoder(config, seed), { tokensPerRun });
}

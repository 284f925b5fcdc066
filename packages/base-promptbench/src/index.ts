import { fileURLToPath } from "node:url";

/** Folder of the model in Hugging Face layout: `config.json`, `model.safetensors`, `tokenizer.json`, and how it was made. */
export const modelDirectory: string = fileURLToPath(new URL("../model", import.meta.url));

/** Options of `promptbench/arithmetic` that make problems as the model knows them; add `depth`, `redundancies`, `split` and `seed`. Plain JSON. */
export const knownProblems: {
  readonly operators: readonly ["+", "-", "*"];
  readonly values: readonly [minimum: number, maximum: number];
  readonly intermediates: readonly [minimum: number, maximum: number];
  readonly answers: readonly [minimum: number, maximum: number];
  readonly integers: boolean;
  readonly steps: "bottom-up";
  readonly phrasebook: "terse";
} = {
  operators: ["+", "-", "*"],
  values: [1, 9],
  intermediates: [1, 10],
  answers: [1, 10],
  integers: true,
  steps: "bottom-up",
  phrasebook: "terse",
};

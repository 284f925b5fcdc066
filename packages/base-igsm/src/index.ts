import { fileURLToPath } from "node:url";

/** Folder of the model in Hugging Face layout: `config.json`, `model.safetensors`, `tokenizer.json`, and how it was made. */
export const modelDirectory: string = fileURLToPath(new URL("../model", import.meta.url));

/** Options of iGSM that make problems as the model knows them; add `operations`, `split` and `seed`. Plain JSON. */
export const knownProblems: {
  readonly modulus: number;
  readonly phrasebook: "terse";
  readonly distractors: readonly [minimum: number, maximum: number];
  readonly layers: readonly [minimum: number, maximum: number];
  readonly items: readonly [minimum: number, maximum: number];
} = { modulus: 11, phrasebook: "terse", distractors: [0, 3], layers: [2, 3], items: [2, 3] };

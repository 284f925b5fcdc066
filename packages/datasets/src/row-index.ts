import type { DatasetRow } from "./dataset-row.js";
import { HashSet53, textHash } from "./internal/text-hash.js";

/** What of a row is in an index. `structure` is undefined where the row has no structure hash. */
export interface RowMatch {
  readonly prompt: boolean;
  readonly structure: boolean | undefined;
}

/**
 * Remembers prompts and solution templates of a dataset, to tell whether another one shares them: test data that is also in the training
 * data proves nothing. Some 30 bytes a row. Texts are told apart by hashes of 53 bits: a row is said to be shared by chance once among 10⁹ for an index of ten
 * million.
 */
export class RowIndex {
  readonly #prompts: HashSet53 = new HashSet53();
  readonly #structures: HashSet53 = new HashSet53();

  add({ prompt, structureHash }: Pick<DatasetRow, "prompt" | "structureHash">): void {
    this.#prompts.add(textHash(prompt));
    if (structureHash !== undefined) this.#structures.add(textHash(structureHash));
  }

  /** Different prompts. */
  get prompts(): number {
    return this.#prompts.size;
  }

  /** Different solution templates. */
  get structures(): number {
    return this.#structures.size;
  }

  match({ prompt, structureHash }: Pick<DatasetRow, "prompt" | "structureHash">): RowMatch {
    return {
      prompt: this.#prompts.has(textHash(prompt)),
      structure: structureHash === undefined ? undefined : this.#structures.has(textHash(structureHash)),
    };
  }
}

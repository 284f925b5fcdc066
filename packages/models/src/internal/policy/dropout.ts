import { createRandom, type Random, type TensorValue } from "@bridge-rl/spec";
import { type DropoutMask, dropoutMasks } from "../../decoder.js";
import type { DecoderConfig } from "../../decoder-config.js";
import type { LoraConfig } from "../../lora.js";
import type { MicroBatch } from "./micro-batches.js";

/**
 * The dropout masks of one training pass. A row's masks depend on the pass, the layer and the row's place in the batch alone, so a second pass
 * over the same batch drops the same, however either is split into runs.
 */
export class Dropout {
  readonly masks: readonly DropoutMask[];
  readonly #random: Random;
  readonly #probability: number;
  readonly #places: readonly number[] | undefined;

  /**
   * @param pass    numbers the passes of a policy
   * @param places  of the rows, where they are part of a batch
   */
  constructor(config: DecoderConfig, lora: LoraConfig, seed: number | string, pass: string, places?: readonly number[]) {
    this.masks = dropoutMasks(config, lora);
    this.#random = createRandom(seed, "LoRA dropout").fork(pass);
    this.#probability = lora.dropout;
    this.#places = places;
  }

  /** The values of a mask for the rows of a run; padding is dropped. */
  feed({ name, width }: DropoutMask, { shape, parts }: MicroBatch): TensorValue {
    const data = new Float32Array(shape.rows * shape.tokens * width);
    const kept = 1 / (1 - this.#probability);
    for (const [index, { row }] of parts.entries()) {
      const stream = this.#random.fork(name, this.#places?.[row] ?? row);
      const start = index * shape.tokens * width;
      for (let element = 0; element < shape.tokens * width; element++) data[start + element] = stream.chance(this.#probability) ? 0 : kept;
    }
    return { data, shape: [shape.rows * shape.tokens, width] };
  }

  feeds(microBatch: MicroBatch, masks: readonly DropoutMask[] = this.masks): Record<string, TensorValue> {
    return Object.fromEntries(masks.map((mask) => [mask.name, this.feed(mask, microBatch)]));
  }
}

import { createHash } from "node:crypto";
import { BridgeError, createRandom, type Demonstration, type Policy, type Tokenizer } from "@bridge-rl/spec";
import { type OptimizerOptions, type TrainingControls, trainingControls } from "@bridge-rl/training";
import { type EncodeSupervisedOptions, encodeSupervised, encodingOf, type SupervisedExample } from "./encode-supervised.js";
import { type SupervisedProgress, trainOnBatches } from "./internal/train-on-batches.js";

export interface TrainSftOptions extends OptimizerOptions, EncodeSupervisedOptions, TrainingControls {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly demonstrations: readonly (SupervisedExample | Demonstration)[];
  /** Demonstrations of one optimiser step. @defaultValue 32 */
  readonly batchSize?: number;
  /** How often every demonstration is seen. Give this or `steps`. */
  readonly epochs?: number;
  /** Optimiser steps; they may begin an epoch without ending it. */
  readonly steps?: number;
  /** Decides the order of the demonstrations, anew in each epoch. */
  readonly seed: number | string;
}

/**
 * Fine-tunes a policy on demonstrations: AdamW on the token mean of −log π over the completions of each batch.
 *
 * Batches are full across the end of an epoch; only the last one may be smaller, where `epochs` says when to stop. Metrics by TRL's
 * names (`loss`, `grad_norm`, `learning_rate`, `num_tokens`), and `perplexity/<behaviour>` and `log_probability/<behaviour>` of what
 * each behaviour wrote.
 *
 * @throws BridgeError `invalid-option`; `invalid-input` without demonstrations or for one over `maxLength`; `cancelled` after the
 *   signal; `run-conflict` where the checkpoints belong to another run; `non-finite`
 */
export async function trainSft(options: TrainSftOptions): Promise<SupervisedProgress> {
  const { policy, tokenizer, demonstrations, batchSize = 32, epochs, steps: givenSteps, seed } = options;
  const encoding = encodingOf(options);
  const count = demonstrations.length;
  if (count === 0) throw new BridgeError("invalid-input", "there are no demonstrations to learn from");
  if (!(Number.isInteger(batchSize) && batchSize >= 1))
    throw new BridgeError("invalid-option", `batchSize is ${batchSize}; use a whole number from 1`);
  if ((epochs === undefined) === (givenSteps === undefined))
    throw new BridgeError("invalid-option", "give either epochs or steps, to say when training ends");
  const rows = epochs === undefined ? (givenSteps as number) * batchSize : Math.round(epochs * count);
  const steps = givenSteps ?? Math.ceil(rows / batchSize);
  const encoded = demonstrations.map((demonstration) => encodeSupervised(tokenizer, demonstration, encoding));
  const orderOf = epochOrders(count, seed);
  return trainOnBatches({
    ...trainingControls(options),
    phase: "sft",
    policy,
    steps,
    optimizer: options,
    settings: {
      ...encoding,
      seed,
      batchSize,
      demonstrations: { count, digest: digest(demonstrations) },
      ...(rows < steps * batchSize ? { rows } : {}),
    },
    batch(step) {
      const first = step * batchSize;
      const places = Array.from({ length: Math.min(batchSize, rows - first) }, (_, index) => first + index);
      return places.map((place) => encoded[orderOf(Math.floor(place / count))[place % count] as number] as (typeof encoded)[number]);
    },
  });
}

/** The order of each epoch; the two that a batch can touch are kept. */
function epochOrders(count: number, seed: number | string): (epoch: number) => readonly number[] {
  const random = createRandom(seed, "sft/order");
  const positions = Array.from({ length: count }, (_, index) => index);
  const known = new Map<number, readonly number[]>();
  return (epoch) => {
    let order = known.get(epoch);
    if (order === undefined) {
      order = random.fork("epoch", epoch).shuffle(positions);
      for (const other of known.keys()) if (other < epoch - 1) known.delete(other);
      known.set(epoch, order);
    }
    return order;
  };
}

function digest(demonstrations: readonly SupervisedExample[]): string {
  const hash = createHash("sha256");
  for (const { prompt, completion, spans = [] } of demonstrations) hash.update(JSON.stringify([prompt, completion, spans]));
  return hash.digest("hex");
}

import { BridgeError, type Loss, type Policy, type TrainingRow } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import { flatGradient, requireGradients } from "../gradient-policy.js";
import { at } from "./at.js";

/**
 * Stores Σ weight · score of rows as a direction, by one backward pass.
 *
 * @throws BridgeError `run-conflict` where the policy holds an accumulated gradient, which is lost
 */
export async function storeWeightedScores(
  policy: Policy,
  name: string,
  weighted: readonly { readonly row: TrainingRow; readonly weight: number }[],
  options: { readonly temperature?: number | undefined; readonly signal?: AbortSignal | undefined; readonly keepValues?: boolean },
): Promise<{ norm: number; values?: Float32Array }> {
  const left = await policy.storeGradient(name);
  if (left.norm > 0) {
    throw new BridgeError(
      "run-conflict",
      "the policy held an accumulated gradient, which would have become part of the direction; measure influence between optimiser steps",
    );
  }
  if (weighted.length > 0) {
    await policy.forwardBackward(
      weighted.map(({ row }) => row),
      weightedLogProbability(weighted.map(({ weight }) => weight)),
      defined({ temperature: options.temperature, signal: options.signal }),
    );
  }
  const values = options.keepValues ? flatGradient(requireGradients(policy, "keepValues")) : undefined;
  const { norm } = await policy.storeGradient(name);
  return values === undefined ? { norm } : { norm, values };
}

/** Σ weight · log π over rows, whose gradient is the weighted sum of their scores: ascent, whatever the name of the contract says. */
function weightedLogProbability(weights: readonly number[]): Loss {
  return {
    derivative: "constant",
    evaluate: (rows) => ({
      loss: rows.reduce((total, { logProbabilities }, row) => total + at(weights, row) * logProbabilities.reduce((a, b) => a + b, 0), 0),
      gradients: rows.map(({ logProbabilities }, row) => new Float32Array(logProbabilities.length).fill(at(weights, row))),
      metrics: {},
    }),
  };
}

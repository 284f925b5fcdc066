import type { TrainingControls } from "@bridge-rl/training";
import type { EncodeSupervisedOptions } from "../encode-supervised.js";
import type { OptimizerOptions } from "./train-on-batches.js";

/** The part of a trainer's options that its optimiser takes. */
export function optimizerOf(options: OptimizerOptions): OptimizerOptions {
  const { learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm } = options;
  return { learningRate, ...defined({ beta1, beta2, epsilon, weightDecay, maxGradientNorm }) };
}

/** The part that its loop takes. */
export function controlsOf(options: TrainingControls): TrainingControls {
  const { tracker, logEvery, checkpoints, evaluation, progress, timings, signal } = options;
  return { tracker, logEvery, checkpoints, evaluation, progress, timings, signal };
}

/** The part that encoding takes. */
export function encodingOf(options: EncodeSupervisedOptions): EncodeSupervisedOptions {
  const { lossOn, behaviorWeights, maxLength } = options;
  return defined({ lossOn, behaviorWeights, maxLength });
}

/** Leaves out what is undefined, so that settings read from a file compare equal. */
function defined<Fields extends Record<string, unknown>>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: Exclude<Fields[Name], undefined>;
  };
}

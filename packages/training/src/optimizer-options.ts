import { BridgeError, type OptimizerStepOptions } from "@bridge-rl/spec";
import { defined } from "./defined.js";
import { type LearningRateSchedule, learningRateAt } from "./learning-rate.js";

/** How the parameters move. Plain JSON. */
export interface OptimizerOptions extends Omit<OptimizerStepOptions, "learningRate"> {
  /** A constant rate, or a schedule over the run. */
  readonly learningRate: number | LearningRateSchedule;
}

/** An optimiser's options over a whole run. */
export interface ResolvedOptimizer {
  /** What `policy.optimizerStep` takes at an optimiser step, counted from 0. */
  at(step: number): OptimizerStepOptions;
  /** What decides its numbers, plain JSON. A constant rate doesn't know where the run ends, so such a run may be made longer. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Fills in the defaults of an optimiser's options.
 *
 * @param steps  optimiser steps of the whole run
 * @throws BridgeError `invalid-option` for a schedule or a number of steps that can't be
 */
export function resolveOptimizer(options: OptimizerOptions, steps: number): ResolvedOptimizer {
  const { learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm } = options;
  const schedule: LearningRateSchedule = typeof learningRate === "number" ? { kind: "constant", peak: learningRate } : learningRate;
  if (!(Number.isInteger(steps) && steps >= 1)) throw new BridgeError("invalid-option", `steps is ${steps}; use a whole number from 1`);
  learningRateAt(0, steps, schedule);
  const constant = defined({ beta1, beta2, epsilon, weightDecay, maxGradientNorm });
  return {
    at: (step) => ({ ...constant, learningRate: learningRateAt(step, steps, schedule) }),
    settings: { ...constant, schedule, ...(schedule.kind === "constant" ? {} : { steps }) },
  };
}

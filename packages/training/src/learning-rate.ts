import { BridgeError } from "@bridge-rl/spec";

/** How the learning rate moves over a run. Plain JSON. */
export interface LearningRateSchedule {
  /** `linear` and `cosine` go down to `minimumShare` of the peak at the last step. */
  readonly kind: "constant" | "linear" | "cosine";
  /** The rate after warm-up. */
  readonly peak: number;
  /** Steps over which the rate rises linearly to the peak; the first step already has a rate. @defaultValue 0 */
  readonly warmupSteps?: number;
  /** The last rate as a share of the peak. @defaultValue 0 */
  readonly minimumShare?: number;
}

/**
 * Gives the learning rate of one optimiser step.
 *
 * With `t` the share of the steps after warm-up that are done: `linear` is `peak · (1 − t)`, `cosine` is `peak · (1 + cos πt) / 2`
 * (SGDR, arXiv 1608.03983, eq. 5, one cycle), both stretched to end at `minimumShare · peak`. As in Hugging Face's schedules, step
 * `steps` is the first that would get the lowest rate, so no step is wasted on a rate of 0.
 *
 * @param step   0 for the first step
 * @param steps  steps of the whole run
 * @throws BridgeError `invalid-option` for a step outside the run, a negative rate, or a warm-up longer than the run
 */
export function learningRateAt(step: number, steps: number, schedule: LearningRateSchedule): number {
  const { kind, peak, warmupSteps = 0, minimumShare = 0 } = schedule;
  if (!(step >= 0 && step < steps)) {
    throw new BridgeError("invalid-option", `step ${step} is not one of the ${steps} steps of this run; count from 0`);
  }
  if (!(peak >= 0) || !(minimumShare >= 0 && minimumShare <= 1)) {
    throw new BridgeError(
      "invalid-option",
      `a peak of ${peak} with minimumShare ${minimumShare} is no schedule; use peak ≥ 0 and a share in [0, 1]`,
    );
  }
  if (!(warmupSteps >= 0 && warmupSteps <= steps)) {
    throw new BridgeError("invalid-option", `a warm-up of ${warmupSteps} steps doesn't fit a run of ${steps}; make it shorter`);
  }
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (kind === "constant") return peak;
  const done = (step - warmupSteps) / (steps - warmupSteps);
  const height = kind === "linear" ? 1 - done : (1 + Math.cos(Math.PI * done)) / 2;
  return peak * (minimumShare + (1 - minimumShare) * height);
}

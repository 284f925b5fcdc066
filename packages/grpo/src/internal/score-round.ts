import { BridgeError, type FrozenPolicy, type Policy, type Rollout } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import { type SamplerCorrectionOptions, samplerCorrections } from "../sampler-corrections.js";
import { type KlTerm, klTerm } from "./kl-term.js";

export interface ScoreRoundOptions {
  readonly policy: Policy;
  readonly rollouts: readonly Rollout[];
  /** Which rollouts the loss looks at. */
  readonly counts: readonly boolean[];
  readonly reference: FrozenPolicy | undefined;
  readonly reuseLogProbabilities: boolean;
  readonly temperature: number;
  readonly rewardKl?: { readonly coefficient: number; readonly estimator?: "k1" | "k2" | "k3" };
  readonly samplerCorrection?: SamplerCorrectionOptions;
  readonly signal?: AbortSignal;
}

/** What scoring a round's rollouts gives, before the policy moves. All by rollout. */
export interface ScoredRound {
  /** Old log-probabilities: the sampler's, or the policy's own where it scored them again. */
  readonly old: readonly Float32Array[];
  readonly reference: readonly Float32Array[] | undefined;
  readonly corrections: readonly Float64Array[] | undefined;
  /** What comes off each reward for its distance from the reference. */
  readonly penalties: readonly number[] | undefined;
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Scores rollouts by whatever the objective needs besides the policy's passes.
 *
 * @throws BridgeError `invalid-option` where rollouts say that they are off policy and nothing makes up for it
 */
export async function scoreRound(options: ScoreRoundOptions): Promise<ScoredRound> {
  const { policy, rollouts, counts, reference, reuseLogProbabilities, temperature, rewardKl, samplerCorrection, signal } = options;
  if (samplerCorrection === undefined && rollouts.some(({ offPolicy = false }) => offPolicy)) {
    throw new BridgeError(
      "invalid-option",
      "the sampler's log-probabilities are not the policy's: it says that its rollouts are off policy. Pass samplerCorrection, which weighs them",
    );
  }
  const pass = { temperature, ...defined({ signal }) };
  const sampled = rollouts.map((rollout) => rollout.logProbabilities);
  const old = reuseLogProbabilities ? sampled : logProbabilitiesOf(await policy.logProbabilities(rollouts, pass));
  const references = reference && logProbabilitiesOf(await reference.logProbabilities(rollouts, pass));
  const corrected =
    samplerCorrection &&
    samplerCorrections(
      old,
      sampled,
      rollouts.map((rollout, index) => new Uint8Array(rollout.completionIds.length).fill(Number(counts[index]))),
      samplerCorrection,
    );
  const penalties =
    rewardKl && references
      ? old.map((row, index) => rewardKl.coefficient * distance(row, references[index] as Float32Array, rewardKl.estimator ?? "k1"))
      : undefined;
  return {
    old,
    reference: references,
    corrections: corrected?.importanceRatios,
    penalties,
    metrics: {
      ...corrected?.metrics,
      ...(penalties === undefined
        ? {}
        : { "rewards/kl_penalty/mean": penalties.reduce((sum, value) => sum + value, 0) / penalties.length }),
    },
  };
}

/** Σ over tokens of an estimate of KL to the reference. */
function distance(old: Float32Array, reference: Float32Array, klEstimator: "k1" | "k2" | "k3"): number {
  const term: KlTerm = { value: 0, byLogProbability: 0 };
  let total = 0;
  for (const [token, value] of old.entries()) {
    klTerm({ klEstimator, klLimit: null }, (reference[token] as number) - value, term);
    total += term.value;
  }
  return total;
}

function logProbabilitiesOf(rows: readonly { readonly logProbabilities: Float32Array }[]): Float32Array[] {
  return rows.map((row) => row.logProbabilities);
}

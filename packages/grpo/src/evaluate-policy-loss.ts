import { BridgeError } from "@bridge-rl/spec";
import { type FlatRows, flatten, layRows, maskedSums, sum } from "./internal/flat-rows.js";
import { importanceRatios } from "./internal/importance-ratio.js";
import { type KlTerm, klTerm } from "./internal/kl-term.js";
import { quantile } from "./internal/quantile.js";
import { clipMetrics } from "./internal/ratio-metrics.js";
import { limit, logSmallest, type Surrogate, surrogate, vespoPhi } from "./internal/surrogate.js";
import { tokenWeights } from "./internal/token-weights.js";
import { checkPolicyLossBatch, type PolicyLossBatch, type TokenRows } from "./policy-loss-batch.js";
import { type PolicyLossOptions, type ResolvedPolicyLossOptions, resolvePolicyLossOptions } from "./policy-loss-options.js";

export interface PolicyLossResult {
  readonly loss: number;
  /** d loss / d log π. `[rows][tokens]` */
  readonly gradients: readonly Float64Array[];
  /** d loss / d entropy, where there is an entropy bonus. `[rows][tokens]` */
  readonly entropyGradients?: readonly Float64Array[];
  /** By TRL's names. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Computes a policy loss, its derivative and its metrics in float64.
 *
 * @param logProbabilities  under the policy being trained, over completion tokens. `[rows][tokens]`
 * @throws BridgeError `shape-mismatch`, `invalid-option`; `invalid-input` where `beta`, the entropy mask or the entropy bonus lacks what it needs
 */
export function evaluatePolicyLoss(logProbabilities: TokenRows, batch: PolicyLossBatch, options: PolicyLossOptions = {}): PolicyLossResult {
  checkPolicyLossBatch(logProbabilities, batch);
  const resolved = resolvePolicyLossOptions(options);
  const rows = layRows(logProbabilities);
  const current = flatten(rows, logProbabilities);
  const old = batch.oldLogProbabilities === undefined ? current : flatten(rows, batch.oldLogProbabilities);
  const masks = batch.masks === undefined ? new Float64Array(current.length).fill(1) : flatten(rows, batch.masks);
  const lengths = maskedSums(rows, new Float64Array(current.length).fill(1), masks);
  const differences = current.map((value, token) => value - (old[token] as number));
  const ratios = importanceRatios(resolved.ratioLevel, rows, differences, masks, lengths);
  const weights = tokenWeights(resolved, rows, masks, lengths, batch.whole ?? {});
  const corrections = batch.importanceRatios && flatten(rows, batch.importanceRatios);
  const factors = surrogateFactors(resolved, rows, batch, { current, old, masks, lengths, corrections });
  const phi = resolved.lossType === "vespo" ? vespoWeights(resolved, rows, batch.advantages, differences, masks, corrections) : undefined;
  const reference = referenceOf(resolved, rows, batch);

  const gradients = new Float64Array(current.length);
  const kl = new Float64Array(current.length);
  const one: Surrogate = { loss: 0, byRatio: 0, byLogProbability: 0 };
  const term: KlTerm = { value: 0, byLogProbability: 0 };
  let loss = 0;
  for (let row = 0; row < rows.count; row++) {
    const advantage = batch.advantages[row] as number;
    let rowByRatio = 0;
    for (let token = rows.starts[row] as number; token < (rows.starts[row + 1] as number); token++) {
      const weight = weights[token] as number;
      if (weight === 0) continue;
      const ratio = ratios.values[token] as number;
      surrogate(resolved, current[token] as number, ratio, advantage, phi?.[row] ?? 1, one);
      const factor = factors[token] as number;
      let value = one.loss * factor;
      let byRatio = one.byRatio * factor;
      let byLogProbability = one.byLogProbability * factor;
      if (reference !== undefined) {
        klTerm(resolved, (reference[token] as number) - (current[token] as number), term);
        const correction = resolved.klBiasCorrection ? ratio : 1;
        kl[token] = term.value * correction;
        value += resolved.beta * (kl[token] as number);
        byLogProbability += resolved.beta * term.byLogProbability * correction;
        if (resolved.klBiasCorrection) byRatio += resolved.beta * (kl[token] as number);
      }
      loss += weight * value;
      gradients[token] = weight * byLogProbability;
      if (ratios.level === "token") gradients[token] = (gradients[token] as number) + weight * byRatio;
      else rowByRatio += weight * byRatio;
    }
    if (rowByRatio !== 0) {
      for (let token = rows.starts[row] as number; token < (rows.starts[row + 1] as number); token++) {
        gradients[token] = (gradients[token] as number) + (rowByRatio * (masks[token] as number)) / Math.max(lengths[row] as number, 1);
      }
    }
  }

  const bonus = entropyBonus(resolved, rows, batch, masks);
  loss -= bonus.value;
  const tokens = Math.max(sum(lengths), 1);
  const metrics: Record<string, number> = {};
  if (batch.entropies !== undefined) metrics.entropy = sum(maskedSums(rows, flatten(rows, batch.entropies), masks)) / tokens;
  if (reference !== undefined) metrics.kl = sum(maskedSums(rows, kl, masks)) / tokens;
  if (phi !== undefined) metrics["vespo/phi_seq_mean"] = sum(phi) / rows.count;
  else if (resolved.lossType !== "sapo" && resolved.lossType !== "reinforce") {
    Object.assign(metrics, clipMetrics(resolved, rows, ratios, batch.advantages, masks, lengths));
  }
  const byRow = (values: Float64Array) => logProbabilities.map((_, row) => values.slice(rows.starts[row], rows.starts[row + 1]));
  return {
    loss,
    gradients: byRow(gradients),
    ...(bonus.gradients === undefined ? {} : { entropyGradients: byRow(bonus.gradients) }),
    metrics,
  };
}

/** What is subtracted from the loss: coefficient · Σ mask · entropy / counted tokens of the whole batch; with an entropy mask, of those that it leaves. */
function entropyBonus(
  options: ResolvedPolicyLossOptions,
  rows: FlatRows,
  batch: PolicyLossBatch,
  masks: Float64Array,
): { readonly value: number; readonly gradients?: Float64Array } {
  const { entropyCoefficient, topEntropyQuantile } = options;
  if (entropyCoefficient === 0) return { value: 0 };
  const entropies = entropiesOf(batch, rows, `entropyCoefficient ${entropyCoefficient}`);
  const kept = masks.slice();
  if (topEntropyQuantile < 1) hideLowEntropies(options, entropies, masks, kept);
  const { accumulationSteps = 1, tokens } = batch.whole ?? {};
  const counted = topEntropyQuantile < 1 ? undefined : tokens;
  const scale = entropyCoefficient / Math.max(counted ?? sum(kept) * accumulationSteps, 1);
  return { value: scale * sum(maskedSums(rows, entropies, kept)), gradients: kept.map((mask) => -scale * mask) };
}

/** Sets to 0 what belongs to tokens outside the share of highest entropy. */
function hideLowEntropies(
  { topEntropyQuantile }: ResolvedPolicyLossOptions,
  entropies: Float64Array,
  masks: Float64Array,
  values: Float64Array,
): void {
  const threshold = quantile(
    entropies.filter((_, token) => masks[token] !== 0),
    1 - topEntropyQuantile,
  );
  for (const [token, entropy] of entropies.entries()) if (!(entropy >= threshold)) values[token] = 0;
}

function entropiesOf({ entropies }: PolicyLossBatch, rows: FlatRows, user: string): Float64Array {
  if (entropies === undefined) throw new BridgeError("invalid-input", `${user} needs entropies, and the batch has none`);
  return flatten(rows, entropies);
}

interface FlatBatch {
  readonly current: Float64Array;
  readonly old: Float64Array;
  readonly masks: Float64Array;
  readonly lengths: Float64Array;
  readonly corrections: Float64Array | undefined;
}

/** What multiplies the surrogate of each token and carries no gradient: off-policy mask, entropy mask, correction of the sampler. */
function surrogateFactors(options: ResolvedPolicyLossOptions, rows: FlatRows, batch: PolicyLossBatch, flat: FlatBatch): Float64Array {
  const { current, masks, lengths, corrections } = flat;
  const factors =
    corrections === undefined || options.lossType === "vespo" ? new Float64Array(current.length).fill(1) : corrections.slice();
  if (options.offPolicyThreshold !== null) {
    const sampling = batch.samplingLogProbabilities === undefined ? flat.old : flatten(rows, batch.samplingLogProbabilities);
    const drift = maskedSums(
      rows,
      sampling.map((value, token) => value - (current[token] as number)),
      masks,
    );
    for (let row = 0; row < rows.count; row++) {
      const isFar = (drift[row] as number) / Math.max(lengths[row] as number, 1) > options.offPolicyThreshold;
      if (isFar && (batch.advantages[row] as number) < 0) factors.fill(0, rows.starts[row], rows.starts[row + 1]);
    }
  }
  if (options.topEntropyQuantile < 1) {
    hideLowEntropies(options, entropiesOf(batch, rows, `topEntropyQuantile ${options.topEntropyQuantile}`), masks, factors);
  }
  return factors;
}

/** φ of each row from the whole row's log-ratio, each token's limited to ±20, and that of the sampler's correction. */
function vespoWeights(
  options: ResolvedPolicyLossOptions,
  rows: FlatRows,
  advantages: ArrayLike<number>,
  differences: Float64Array,
  masks: Float64Array,
  corrections: Float64Array | undefined,
): Float64Array {
  const logs = differences.map((value, token) => {
    const correction = corrections === undefined ? 0 : limit(Math.log(corrections[token] as number), logSmallest, 20);
    return limit(value, -20, 20) + correction;
  });
  return maskedSums(rows, logs, masks).map((logWeight, row) => vespoPhi(options, logWeight, advantages[row] as number));
}

function referenceOf(options: ResolvedPolicyLossOptions, rows: FlatRows, batch: PolicyLossBatch): Float64Array | undefined {
  if (options.beta === 0) return undefined;
  if (batch.referenceLogProbabilities === undefined) {
    throw new BridgeError("invalid-input", `beta ${options.beta} needs referenceLogProbabilities, and the batch has none`);
  }
  return flatten(rows, batch.referenceLogProbabilities);
}

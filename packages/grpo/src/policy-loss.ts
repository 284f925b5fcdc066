import { BridgeError, type Loss, type LossRow } from "@bridge-rl/spec";
import { evaluatePolicyLoss } from "./evaluate-policy-loss.js";
import type { PolicyLossBatch } from "./policy-loss-batch.js";
import { type PolicyLossOptions, resolvePolicyLossOptions } from "./policy-loss-options.js";

/**
 * Makes a policy loss over a batch of rollouts for `policy.forwardBackward`. Everything inside is float64.
 *
 * @param batch  in the order of the rows that the policy will be given
 * @throws BridgeError `invalid-option`; on evaluation `shape-mismatch`, `invalid-input`, and `non-finite` with row and token
 */
export function policyLoss(batch: PolicyLossBatch, options: PolicyLossOptions = {}): Loss {
  const { entropyCoefficient, topEntropyQuantile } = resolvePolicyLossOptions(options);
  return {
    derivative: "dependent",
    usesEntropies: batch.entropies === undefined && (entropyCoefficient !== 0 || topEntropyQuantile < 1),
    // a mask by entropy decides which tokens have a derivative at all
    entropyDerivative: topEntropyQuantile < 1 ? "dependent" : "constant",
    evaluate(rows) {
      checkFinite(rows, batch);
      const given = rows.flatMap((row) => (row.entropies === undefined ? [] : [row.entropies]));
      const entropies = batch.entropies ?? (given.length === rows.length && rows.length > 0 ? given : undefined);
      const { loss, gradients, entropyGradients, metrics } = evaluatePolicyLoss(
        rows.map((row) => row.logProbabilities),
        entropies === undefined ? batch : { ...batch, entropies },
        options,
      );
      const infinite = gradients.findIndex((row) => !row.every(Number.isFinite));
      if (infinite >= 0) {
        throw new BridgeError(
          "non-finite",
          `${nameOf(batch, infinite)}: the loss has no finite derivative; new and old log-probabilities are too far apart, or the advantage is not finite`,
        );
      }
      return {
        loss,
        gradients: single(gradients),
        ...(entropyGradients === undefined ? {} : { entropyGradients: single(entropyGradients) }),
        metrics,
      };
    },
  };
}

function single(rows: readonly Float64Array[]): Float32Array[] {
  return rows.map((row) => Float32Array.from(row));
}

/** A loss of NaN says nothing; the token where it began says what to look at. */
function checkFinite(rows: readonly LossRow[], batch: PolicyLossBatch): void {
  const { masks, oldLogProbabilities, referenceLogProbabilities } = batch;
  for (const [row, { logProbabilities }] of rows.entries()) {
    const named = {
      "the policy's": logProbabilities,
      "the old": oldLogProbabilities?.[row],
      "the reference's": referenceLogProbabilities?.[row],
    };
    for (const [whose, values] of Object.entries(named)) {
      if (values === undefined) continue;
      const token = Array.from(values).findIndex((value, index) => !Number.isFinite(value) && masks?.[row]?.[index] !== 0);
      if (token >= 0) {
        throw new BridgeError(
          "non-finite",
          `${nameOf(batch, row)}: ${whose} log-probability of completion token ${token} is ${values[token]}`,
        );
      }
    }
  }
}

function nameOf({ names }: PolicyLossBatch, row: number): string {
  return names?.[row] ?? `row ${row}`;
}

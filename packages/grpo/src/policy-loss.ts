import type { Loss } from "@bridge-rl/spec";
import { evaluatePolicyLoss } from "./evaluate-policy-loss.js";
import type { PolicyLossBatch } from "./policy-loss-batch.js";
import { type PolicyLossOptions, resolvePolicyLossOptions } from "./policy-loss-options.js";

/**
 * Makes a policy loss over a batch of rollouts for `policy.forwardBackward`. Everything inside is float64.
 *
 * @param batch  in the order of the rows that the policy will be given
 * @throws BridgeError `invalid-option`; on evaluation `shape-mismatch` and `invalid-input`
 */
export function policyLoss(batch: PolicyLossBatch, options: PolicyLossOptions = {}): Loss {
  resolvePolicyLossOptions(options);
  return {
    derivative: "dependent",
    evaluate(rows) {
      const given = rows.flatMap((row) => (row.entropies === undefined ? [] : [row.entropies]));
      const entropies = batch.entropies ?? (given.length === rows.length && rows.length > 0 ? given : undefined);
      const { loss, gradients, metrics } = evaluatePolicyLoss(
        rows.map((row) => row.logProbabilities),
        entropies === undefined ? batch : { ...batch, entropies },
        options,
      );
      return { loss, gradients: gradients.map((row) => Float32Array.from(row)), metrics };
    },
  };
}

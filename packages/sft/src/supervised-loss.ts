import { BridgeError, type Loss } from "@bridge-rl/spec";

/** What a supervised loss knows of its rows. */
export interface SupervisedLossBatch {
  /** Weight of each completion token. `[rows][tokens]` */
  readonly weights: readonly Float32Array[];
  /** For each token the position of its label in `labelNames`: what wrote it. `[rows][tokens]` */
  readonly labels: readonly Int32Array[];
  readonly labelNames: readonly string[];
}

/**
 * Makes the weighted token mean of −log π over a whole optimiser batch: Σ −w·log π / Σ w (arXiv 2505.18917, eq. 1, with weights).
 *
 * The mean is over the tokens of all rows at once, so it does not depend on how a policy cuts the batch into runs. Metrics: for each
 * label `log_probability/<label>`, the mean over its tokens, weighted or not, and `perplexity/<label>`, its exponential negated.
 *
 * @throws BridgeError `invalid-input` where all weights are 0, `shape-mismatch` where weights and labels differ in length
 */
export function supervisedLoss({ weights, labels, labelNames }: SupervisedLossBatch): Loss {
  let total = 0;
  for (const [row, values] of weights.entries()) {
    if (labels[row]?.length !== values.length) {
      throw new BridgeError("shape-mismatch", `row ${row} has ${values.length} weights and ${labels[row]?.length ?? "no"} labels`);
    }
    for (const value of values) total += value;
  }
  if (!(total > 0)) {
    throw new BridgeError(
      "invalid-input",
      `the weights of this batch sum to ${total}, so it has no mean; give some token a weight above 0`,
    );
  }
  const gradients = weights.map((values) => values.map((value) => -value / total));
  return {
    derivative: "constant",
    evaluate(rows) {
      let loss = 0;
      const sums = new Float64Array(labelNames.length);
      const counts = new Float64Array(labelNames.length);
      for (const [row, { logProbabilities }] of rows.entries()) {
        const rowWeights = weights[row] as Float32Array;
        const rowLabels = labels[row] as Int32Array;
        for (let token = 0; token < logProbabilities.length; token++) {
          const value = logProbabilities[token] as number;
          const label = rowLabels[token] as number;
          loss -= ((rowWeights[token] as number) * value) / total;
          sums[label] = (sums[label] as number) + value;
          counts[label] = (counts[label] as number) + 1;
        }
      }
      return { loss, gradients, metrics: labelMetrics(labelNames, sums, counts) };
    },
  };
}

function labelMetrics(names: readonly string[], sums: Float64Array, counts: Float64Array): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const [label, name] of names.entries()) {
    if (counts[label] === 0) continue;
    const mean = (sums[label] as number) / (counts[label] as number);
    metrics[`log_probability/${name}`] = mean;
    metrics[`perplexity/${name}`] = Math.exp(-mean);
  }
  return metrics;
}

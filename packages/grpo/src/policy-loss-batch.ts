import { BridgeError } from "@bridge-rl/spec";

/** Numbers over the completion tokens of each row. `[rows][tokens]` */
export type TokenRows = readonly ArrayLike<number>[];

/** What a policy loss knows of its rows besides the log-probabilities under the policy being trained. */
export interface PolicyLossBatch {
  /** `[rows]` */
  readonly advantages: ArrayLike<number>;
  /** Log-probabilities when the rollouts were made. @defaultValue the current ones without gradient, as on policy */
  readonly oldLogProbabilities?: TokenRows;
  /** Needed where `beta` is not 0. */
  readonly referenceLogProbabilities?: TokenRows;
  /** 1 for the tokens that count, 0 for the others. @defaultValue every token counts */
  readonly masks?: TokenRows;
  /** Weights that correct for a sampler which differs from the policy, already limited; `vespo` puts them into its ratio. */
  readonly importanceRatios?: TokenRows;
  /** Log-probabilities by that sampler, which `offPolicyThreshold` then compares with. @defaultValue the old ones */
  readonly samplingLogProbabilities?: TokenRows;
  /** Entropies of the next-token distributions, for `topEntropyQuantile` and the `entropy` metric. @defaultValue those of the rows, where they come with them */
  readonly entropies?: TokenRows;
  /** What messages call the rows. `[rows]` @defaultValue their positions */
  readonly names?: readonly string[];
  /** What the loss is averaged over, where these rows are not the whole optimiser batch. */
  readonly whole?: {
    /** Counted tokens of the whole batch: the divisor of `dapo`, `cispo`, `vespo`, `reinforce`. @defaultValue those of these rows */
    readonly tokens?: number;
    /** Rows of the whole batch: the divisor of `grpo`, `sapo`, `luspo` and `dr_grpo`. @defaultValue the number of these rows */
    readonly rows?: number;
    /** (`gradient_accumulation_steps`) Divides every type but those averaged over `tokens`. @defaultValue 1 */
    readonly accumulationSteps?: number;
  };
}

/** @throws BridgeError `shape-mismatch` with the name and the row of what doesn't fit */
export function checkPolicyLossBatch(logProbabilities: TokenRows, batch: PolicyLossBatch): void {
  if (batch.advantages.length !== logProbabilities.length) {
    throw new BridgeError(
      "shape-mismatch",
      `${batch.advantages.length} advantages for ${logProbabilities.length} rows; pass one for each row`,
    );
  }
  const { oldLogProbabilities, referenceLogProbabilities, masks, importanceRatios, samplingLogProbabilities, entropies } = batch;
  const named = { oldLogProbabilities, referenceLogProbabilities, masks, importanceRatios, samplingLogProbabilities, entropies };
  for (const [name, rows] of Object.entries(named)) {
    if (rows === undefined) continue;
    if (rows.length !== logProbabilities.length) {
      throw new BridgeError("shape-mismatch", `${name} has ${rows.length} rows, the batch ${logProbabilities.length}`);
    }
    for (const [index, row] of rows.entries()) {
      const tokens = (logProbabilities[index] as ArrayLike<number>).length;
      if (row.length !== tokens) throw new BridgeError("shape-mismatch", `${name}[${index}] has ${row.length} tokens, the row ${tokens}`);
    }
  }
}

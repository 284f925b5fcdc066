import type { OptimizerStepOptions, Policy, TrainingRow } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import { policyLoss } from "../policy-loss.js";
import type { PolicyLossBatch } from "../policy-loss-batch.js";
import type { ResolvedPolicyLossOptions } from "../policy-loss-options.js";
import type { Stopwatch } from "./stopwatch.js";

/** One rollout as the update sees it. */
export interface UpdateRow extends TrainingRow {
  /** What messages call it. */
  readonly name: string;
  readonly advantage: number;
  readonly oldLogProbabilities: Float32Array;
  readonly referenceLogProbabilities: Float32Array | undefined;
  /** The sampler's, and the weights that correct for it. */
  readonly sampling: { readonly logProbabilities: Float32Array; readonly importanceRatios: Float64Array } | undefined;
  /** A row that doesn't count has no part in the loss. */
  readonly counts: boolean;
}

export interface UpdateOptions {
  readonly policy: Policy;
  readonly loss: ResolvedPolicyLossOptions;
  readonly temperature: number;
  /** How often the whole round is gone through (μ). */
  readonly iterations: number;
  /** Parts of the round with an optimiser step each. */
  readonly miniBatches: number;
  /** Leaves out rows that can't have a gradient. */
  readonly skipZeroAdvantage: boolean;
  /** Whether `oldLogProbabilities` are the current policy's for the first update. */
  readonly knowsLogProbabilities: boolean;
  readonly watch: Stopwatch;
  /** What the optimiser takes at the n-th update of the round. */
  optimizerStep(update: number): OptimizerStepOptions;
  readonly signal: AbortSignal | undefined;
}

/** Means over the updates of a round, of what is known; the learning rate is the last one. */
export async function updatePolicy(rows: readonly (readonly UpdateRow[])[], options: UpdateOptions): Promise<Record<string, number>> {
  const { policy, iterations, miniBatches, optimizerStep, watch } = options;
  const parts = split(rows, miniBatches).map((groups) => preparePart(groups.flat(), options));
  const sums = new Map<string, { total: number; count: number }>();
  let learningRate = 0;
  for (let update = 0; update < iterations * parts.length; update++) {
    const { rows: trained, batch } = parts[update % parts.length] as PreparedPart;
    const isFirst = update === 0;
    const known = isFirst && options.knowsLogProbabilities ? trained.map((row) => row.oldLogProbabilities) : undefined;
    // After the first optimiser step there is no way back to the step's beginning, so only what comes before can be stopped.
    const signal = isFirst ? options.signal : undefined;
    const pass = { temperature: options.temperature, ...defined({ knownLogProbabilities: known, signal }) };
    const { loss, metrics } =
      trained.length === 0
        ? { loss: 0, metrics: {} }
        : await watch.during("forward_backward", () => policy.forwardBackward(trained, policyLoss(batch, options.loss), pass));
    const step = optimizerStep(update);
    const { gradientNorm } = await watch.during("optimizer", () => policy.optimizerStep(step));
    learningRate = step.learningRate;
    for (const [name, value] of Object.entries({ loss, grad_norm: gradientNorm, ...metrics })) {
      const sum = sums.get(name) ?? { total: 0, count: 0 };
      if (!Number.isNaN(value)) sums.set(name, { total: sum.total + value, count: sum.count + 1 });
    }
  }
  return { ...Object.fromEntries([...sums].map(([name, { total, count }]) => [name, total / count])), learning_rate: learningRate };
}

interface PreparedPart {
  readonly rows: readonly UpdateRow[];
  readonly batch: PolicyLossBatch;
}

function preparePart(all: readonly UpdateRow[], { loss, skipZeroAdvantage }: UpdateOptions): PreparedPart {
  const rows = all.filter((row) => row.counts && !(skipZeroAdvantage && hasNoGradient(row, loss)));
  const every = <Value>(pick: (row: UpdateRow) => Value | undefined): Value[] | undefined => {
    const values = rows.map(pick).filter((value) => value !== undefined);
    return values.length === rows.length ? values : undefined;
  };
  return {
    rows,
    batch: {
      names: rows.map((row) => row.name),
      advantages: rows.map((row) => row.advantage),
      oldLogProbabilities: rows.map((row) => row.oldLogProbabilities),
      whole: {
        rows: all.length,
        tokens: all.reduce((total, row) => total + (row.counts ? row.completionIds.length : 0), 0),
      },
      ...defined({
        referenceLogProbabilities: every((row) => row.referenceLogProbabilities),
        samplingLogProbabilities: every((row) => row.sampling?.logProbabilities),
        importanceRatios: every((row) => row.sampling?.importanceRatios),
      }),
    },
  };
}

/** bnpo divides by the tokens it is shown, and the entropy threshold is taken over them: for those every row has to be there. */
function hasNoGradient(
  { advantage }: UpdateRow,
  { lossType, beta, entropyCoefficient, topEntropyQuantile }: ResolvedPolicyLossOptions,
): boolean {
  return advantage === 0 && beta === 0 && entropyCoefficient === 0 && topEntropyQuantile === 1 && lossType !== "bnpo";
}

/** Parts of as equal size as can be, in order; never more parts than groups. */
function split<T>(items: readonly T[], parts: number): T[][] {
  const count = Math.max(1, Math.min(parts, items.length));
  return Array.from({ length: count }, (_, part) =>
    items.slice(Math.floor((part * items.length) / count), Math.floor(((part + 1) * items.length) / count)),
  );
}

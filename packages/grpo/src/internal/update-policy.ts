import type { FrozenPolicy, OptimizerStepOptions, Policy, TrainingRow } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import { policyLoss } from "../policy-loss.js";
import type { PolicyLossBatch } from "../policy-loss-batch.js";
import type { PolicyLossOptions } from "../policy-loss-options.js";

/** One rollout as the update sees it. */
export interface UpdateRow extends TrainingRow {
  readonly advantage: number;
  readonly oldLogProbabilities: Float32Array;
  /** A row that doesn't count has all its tokens masked. */
  readonly counts: boolean;
}

export interface UpdateOptions {
  readonly policy: Policy;
  readonly reference: FrozenPolicy | undefined;
  readonly loss: PolicyLossOptions;
  readonly temperature: number;
  /** How often the whole round is gone through (μ). */
  readonly iterations: number;
  /** Parts of the round with an optimiser step each. */
  readonly miniBatches: number;
  /** Leaves out rows that can't have a gradient. */
  readonly skipZeroAdvantage: boolean;
  /** Whether `oldLogProbabilities` are the current policy's for the first update. */
  readonly reuseLogProbabilities: boolean;
  /** What the optimiser takes at the n-th update of the round. */
  optimizerStep(update: number): OptimizerStepOptions;
  readonly signal: AbortSignal | undefined;
}

/** Means over the updates of a round, of what is known; the learning rate is the last one. */
export async function updatePolicy(rows: readonly (readonly UpdateRow[])[], options: UpdateOptions): Promise<Record<string, number>> {
  const { policy, iterations, miniBatches, optimizerStep } = options;
  const parts = split(rows, miniBatches).map((groups) => groups.flat());
  const prepared: PreparedPart[] = [];
  for (const part of parts) prepared.push(await preparePart(part, options));
  const sums = new Map<string, { total: number; count: number }>();
  let learningRate = 0;
  for (let update = 0; update < iterations * parts.length; update++) {
    const { rows: trained, batch } = prepared[update % parts.length] as PreparedPart;
    const isFirst = update === 0;
    const known = isFirst && options.reuseLogProbabilities ? trained.map((row) => row.oldLogProbabilities) : undefined;
    // After the first optimiser step there is no way back to the step's beginning, so only what comes before can be stopped.
    const signal = isFirst ? options.signal : undefined;
    const pass = { temperature: options.temperature, ...defined({ knownLogProbabilities: known, signal }) };
    const { loss, metrics } =
      trained.length === 0 ? { loss: 0, metrics: {} } : await policy.forwardBackward(trained, policyLoss(batch, options.loss), pass);
    const step = optimizerStep(update);
    const { gradientNorm } = await policy.optimizerStep(step);
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

async function preparePart(all: readonly UpdateRow[], options: UpdateOptions): Promise<PreparedPart> {
  const { reference, loss, temperature, skipZeroAdvantage, signal } = options;
  // bnpo divides by the tokens it is shown, and the entropy threshold is taken over them: for those every row has to be there.
  const canSkip = loss.lossType !== "bnpo" && (loss.topEntropyQuantile ?? 1) === 1;
  const rows = all.filter((row) => !canSkip || (row.counts && (!skipZeroAdvantage || row.advantage !== 0)));
  const pass = { temperature, ...defined({ signal }) };
  const entropies =
    (loss.topEntropyQuantile ?? 1) < 1 ? await options.policy.logProbabilities(rows, { ...pass, entropies: true }) : undefined;
  const references = reference && (await reference.logProbabilities(rows, pass));
  return {
    rows,
    batch: {
      advantages: rows.map((row) => row.advantage),
      oldLogProbabilities: rows.map((row) => row.oldLogProbabilities),
      masks: rows.map((row) => new Float32Array(row.completionIds.length).fill(Number(row.counts))),
      whole: {
        rows: all.length,
        tokens: all.reduce((total, row) => total + (row.counts ? row.completionIds.length : 0), 0),
      },
      ...defined({
        referenceLogProbabilities: references?.map((row) => row.logProbabilities),
        entropies: entropies?.map((row) => row.entropies as Float32Array),
      }),
    },
  };
}

/** Parts of as equal size as can be, in order; never more parts than groups. */
function split<T>(items: readonly T[], parts: number): T[][] {
  const count = Math.max(1, Math.min(parts, items.length));
  return Array.from({ length: count }, (_, part) =>
    items.slice(Math.floor((part * items.length) / count), Math.floor(((part + 1) * items.length) / count)),
  );
}

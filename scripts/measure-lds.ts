/**
 * One-step linear datamodeling score and forward-only error on the shipped base model: `pnpm measure:lds [--queries 16] [--subsets 24]`.
 * Fails below 0.95, or where forward-only and full gradients are more than 1e-3 apart.
 */
import { parseArgs } from "node:util";
import { fullGradients, influence, oneStepScore } from "../packages/influence/src/index.js";
import { openBaseModel } from "../packages/influence/test/support/base-model.js";

const { values: flags } = parseArgs({
  options: {
    queries: { type: "string", default: "16" },
    rollouts: { type: "string", default: "8" },
    subsets: { type: "string", default: "24" },
    seed: { type: "string", default: "1" },
  },
});
const [queries, rollouts, seed] = [Number(flags.queries), Number(flags.rollouts), Number(flags.seed)];
const { policy, sample } = await openBaseModel();
const sides = {
  train: await sample({ queries, rollouts, seed: 2 * seed }),
  evaluation: await sample({ queries, rollouts, seed: 2 * seed + 1 }),
};
const report = await influence(policy, sides);
const exact = await influence(policy, sides, { estimator: fullGradients() });
const sizeOf = (values: readonly number[]): number => Math.sqrt(values.reduce((total, value) => total + value ** 2, 0));
const influences = report.queries.map((query) => query.influence);
const off = sizeOf(influences.map((value, q) => value - (exact.queries[q]?.influence ?? Number.NaN))) / sizeOf(influences);
console.log(
  `${queries} queries × ${rollouts} rollouts a side, ${report.summary.mixedQueries.count} queries neither all right nor all wrong`,
);
console.log(
  `forward-only against full gradients: ${off.toExponential(1)} relative (stated: ${report.scoring.numericalError.relative.toExponential(1)} per rollout)`,
);

let worst = 1;
for (const factor of [1, 0.1]) {
  const first = await oneStepScore(policy, sides, { influences, seed, subsets: 2 });
  const learningRate = factor * first.learningRate;
  const score = await oneStepScore(policy, sides, { influences, seed, subsets: Number(flags.subsets), learningRate });
  worst = Math.min(worst, score.spearman);
  console.log(
    `η = ${learningRate.toExponential(1)}: one-step LDS ${score.spearman.toFixed(3)} over ${score.subsets.length} subsets of half the queries, correlation ${score.correlation.toFixed(4)}, measured / predicted ${score.slope.toFixed(3)}`,
  );
}
await policy.dispose();
process.exitCode = worst >= 0.95 && off < 1e-3 ? 0 : 1;

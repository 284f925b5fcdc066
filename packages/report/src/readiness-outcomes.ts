import type { ReadinessMeasure, ReadinessOutcome } from "@bridge-rl/influence";
import type { ArmRun, Run } from "./read-run.js";
import { summarizeEvaluations } from "./summarize-evaluations.js";

/**
 * What each arm of some runs looked like before GRPO, and how much accuracy it then gained on problems as hard as in training: the input of
 * `compareReadiness`. One outcome for each arm and seed that was evaluated before and after.
 *
 * Where a run has no readiness of its own, accuracy, pass@N and coefficient come from its influence file, and the gradient norm from the first
 * step of GRPO, which is another quantity than the norm over a fixed batch; influence is then absent.
 */
export function readinessOutcomes(runs: readonly Run[]): ReadinessOutcome[] {
  return runs.flatMap(({ file, arms }) =>
    arms.flatMap((arm) => {
      const { arms: summaries } = summarizeEvaluations([arm]);
      const [before, after] = [summaries[arm.name]?.sft?.inDistribution, summaries[arm.name]?.grpo?.inDistribution];
      if (before === undefined || after === undefined) return [];
      return [{ name: `${file.name}: ${arm.name}, seed ${arm.seed}`, measures: measuresOf(arm), gain: after.accuracy - before.accuracy }];
    }),
  );
}

function measuresOf({ influence, events }: ArmRun): Partial<Record<ReadinessMeasure, number>> {
  const own = influence.sft?.readiness;
  if (own !== undefined) {
    const { influence: score, accuracy, passAtN, coefficient, gradientNorm } = own;
    return { influence: score, accuracy, passAtN, coefficient, gradientNorm };
  }
  const bins = influence.sft?.histogram ?? [];
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const average = (value: (bin: (typeof bins)[number]) => number): number =>
    bins.reduce((sum, bin) => sum + bin.count * value(bin), 0) / total;
  const norm = events.find(({ phase }) => phase === "grpo")?.metrics.grad_norm;
  return {
    ...(total === 0
      ? {}
      : {
          accuracy: average(({ accuracy }) => accuracy),
          passAtN: average(({ accuracy }) => Number(accuracy > 0)),
          coefficient: average(({ coefficient }) => coefficient),
        }),
    ...(typeof norm === "number" ? { gradientNorm: norm } : {}),
  };
}

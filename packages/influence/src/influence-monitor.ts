import type { Policy, Tracker } from "@bridge-rl/spec";
import { createRandom } from "@bridge-rl/spec";
import { forwardOnly } from "./forward-only.js";
import { type InfluenceOptions, influence } from "./influence.js";
import { mean } from "./internal/vector.js";
import type { QueryInfluence } from "./query-influence.js";
import type { RolloutGroup } from "./rollout-group.js";
import { splitGroups } from "./split-groups.js";

export interface InfluenceMonitorOptions
  extends Pick<InfluenceOptions, "convention" | "advantageEpsilon" | "objective" | "lengthNormalization" | "temperature" | "signal"> {
  readonly policy: Policy;
  /** Receives an event of phase `influence` at each measured step. */
  readonly tracker: Tracker;
  /** Decides how a step's queries are split. */
  readonly seed: number | string;
  /** Training steps between two measurements. A measurement costs about one backward and two forward passes over the step's rollouts. @defaultValue 20 */
  readonly every?: number;
  /** The reward of a correct rollout. @defaultValue 1 */
  readonly correctReward?: number;
  /** Receives what was measured, for example to weight queries by it. */
  readonly onInfluence?: (measured: {
    readonly step: number;
    readonly queries: readonly (QueryInfluence & { readonly problem: string })[];
  }) => void | Promise<void>;
}

/**
 * Makes a callback that measures influence while GRPO trains: pass it as `onRollouts` of `trainGrpo`.
 *
 * It samples nothing: the queries of a step are split into halves, and each half's influence is measured on the other, so that no rollout is
 * on both sides. Rollouts are on policy at that moment, and no parameter is touched. Logged are `influence/mean`, `influence/mean_mixed`,
 * `influence/frac_negative`, `influence/numerical_error`, `accuracy/mean`, `coefficient/mean` and the shares `accuracy_histogram/k`.
 * Steps that were measured before an interruption are measured again with the same numbers.
 *
 * @throws BridgeError `unsupported` at a measured step whose rollouts are off policy, as those of sampling precision "int8" are
 */
export function createInfluenceMonitor(
  options: InfluenceMonitorOptions,
): (sampled: { readonly step: number; readonly groups: readonly RolloutGroup[] }) => Promise<void> {
  const { policy, tracker, seed, every = 20, onInfluence, ...rest } = options;
  return async ({ step, groups }) => {
    if ((step - 1) % every !== 0) return;
    const random = createRandom(seed, "influence monitor").fork("step", step);
    if (new Set(groups.map(({ problem }) => problem.id)).size < 2) return;
    const halves = splitGroups(groups, { seed: random.integer(0, 0x7fff_ffff) });
    const estimator = forwardOnly({ checkedRollouts: 8 });
    const sides = [
      { train: halves.train, evaluation: halves.evaluation },
      { train: halves.evaluation, evaluation: halves.train },
    ];
    const reports = [];
    for (const side of sides) reports.push(await influence(policy, side, { ...rest, estimator }));
    const queries = reports.flatMap((report) => report.queries);
    const mixed = queries.filter(({ accuracy }) => accuracy > 0 && accuracy < 1);
    const size = queries[0]?.rollouts ?? 0;
    const values = (list: readonly QueryInfluence[]): number[] => list.map((query) => query.influence);
    await tracker.log({
      phase: "influence",
      step,
      metrics: {
        "influence/mean": mean(values(queries)),
        "influence/mean_mixed": mixed.length === 0 ? null : mean(values(mixed)),
        "influence/frac_negative": mixed.length === 0 ? null : mean(values(mixed).map((value) => Number(value < 0))),
        "influence/numerical_error": Math.max(...reports.map(({ scoring }) => scoring.numericalError.relative)),
        "accuracy/mean": mean(queries.map(({ accuracy }) => accuracy)),
        "coefficient/mean": mean(queries.map(({ accuracy }) => Math.sqrt(accuracy * (1 - accuracy)))),
        ...Object.fromEntries(
          Array.from({ length: size + 1 }, (_, k) => [
            `accuracy_histogram/${k}`,
            mean(queries.map(({ correct }) => Number(correct === k))),
          ]),
        ),
      },
    });
    await onInfluence?.({ step, queries });
  };
}

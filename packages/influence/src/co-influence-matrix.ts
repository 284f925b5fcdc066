import type { Policy, TrainingRow } from "@bridge-rl/spec";
import { type EvaluationDirectionOptions, evaluationDirection } from "./evaluation-direction.js";
import { readsGradients } from "./gradient-policy.js";
import { groupAdvantages } from "./group-advantages.js";
import { at } from "./internal/at.js";
import { type GroupRow, groupRows } from "./internal/group-rows.js";
import { storeWeightedScores } from "./internal/store-weighted-scores.js";
import { dot, mean, sum } from "./internal/vector.js";
import type { RolloutGroup } from "./rollout-group.js";
import { scoreRollouts } from "./score-rollouts.js";
import { requireDisjoint } from "./split-groups.js";

export interface CoInfluenceOptions extends Omit<EvaluationDirectionOptions, "name" | "keepValues"> {
  /** The reward of a correct rollout. @defaultValue 1 */
  readonly correctReward?: number;
}

/** A heat map of training queries against evaluation queries, split as in Proposition 3.1. Plain JSON, its axes named. */
export interface CoInfluenceMatrix {
  /** Evaluation queries. */
  readonly rows: readonly string[];
  /** Training queries with α. */
  readonly columns: readonly { readonly problem: string; readonly accuracy: number }[];
  /** K⁺: mean ⟨V_e, score⟩ of rollouts with a positive advantage; null where there are none. `[rows][columns]` */
  readonly positive: readonly (readonly (number | null)[])[];
  /** K⁻: the same of rollouts with a negative advantage. `[rows][columns]` */
  readonly negative: readonly (readonly (number | null)[])[];
  /** ⟨V_e, ĝ_q⟩; its mean over the rows is the influence of q. 0 for silent queries. `[rows][columns]` */
  readonly influence: readonly (readonly number[])[];
}

/**
 * Measures the influence of every training query on every single evaluation query, with its branches K⁺ and K⁻.
 *
 * With a policy whose gradient can be read: one backward pass over all rollouts of either side and a product for each pair, exact; m · P
 * numbers are kept for m evaluation queries. Otherwise by two forward passes over the training rollouts for each evaluation query.
 *
 * @throws BridgeError `invalid-input` where a problem is on both sides or groups don't fit; `run-conflict` where the policy holds an
 *   accumulated gradient
 */
export async function coInfluenceMatrix(
  policy: Policy,
  groups: { readonly train: readonly RolloutGroup[]; readonly evaluation: readonly RolloutGroup[] },
  options: CoInfluenceOptions = {},
): Promise<CoInfluenceMatrix> {
  const { train, evaluation } = groups;
  const { correctReward = 1 } = options;
  requireDisjoint(train, evaluation);
  const branches = train.map((group) => branchesOf(group, options));
  const projected = readsGradients(policy)
    ? await byGradients(policy, branches, evaluation, options)
    : await byPasses(policy, train, branches, evaluation, options);
  const weights = branches.map(({ rows }) => {
    const part = (sign: 1 | -1): number => sum(rows.map(({ advantage }) => Math.max(0, sign * advantage))) / rows.length;
    return { positive: part(1), negative: part(-1) };
  });
  return {
    rows: evaluation.map(({ problem }) => problem.id),
    columns: train.map(({ problem, rewards }) => ({
      problem: problem.id,
      accuracy: mean(Array.from(rewards, (reward) => Number(reward === correctReward))),
    })),
    positive: projected.map((row) => row.map(({ positive }) => positive)),
    negative: projected.map((row) => row.map(({ negative }) => negative)),
    influence: projected.map((row) =>
      row.map(({ positive, negative }, q) => at(weights, q).positive * (positive ?? 0) - at(weights, q).negative * (negative ?? 0)),
    ),
  };
}

/** Two means per training query; null where a branch is empty. Their weights are |advantage|, all alike for binary rewards. */
interface Pair {
  readonly positive: number | null;
  readonly negative: number | null;
}

interface Branches {
  readonly rows: readonly GroupRow[];
  readonly positive: readonly GroupRow[];
  readonly negative: readonly GroupRow[];
}

function branchesOf(group: RolloutGroup, options: CoInfluenceOptions): Branches {
  const { lengthNormalization = "sum" } = options;
  const advantages = groupAdvantages(group.rewards, options);
  const rows = groupRows([group], { ...options, lengthNormalization });
  return {
    rows,
    positive: rows.filter((_, rollout) => at(advantages, rollout) > 0),
    negative: rows.filter((_, rollout) => at(advantages, rollout) < 0),
  };
}

/** Weights of a branch's rollouts, summing to 1. */
function shares(branch: readonly GroupRow[]): number[] {
  const total = sum(branch.map(({ advantage }) => Math.abs(advantage)));
  return branch.map(({ advantage }) => Math.abs(advantage) / total);
}

async function byGradients(
  policy: Policy,
  branches: readonly Branches[],
  evaluation: readonly RolloutGroup[],
  options: CoInfluenceOptions,
): Promise<Pair[][]> {
  const directions: Float32Array[] = [];
  for (const group of evaluation) {
    const { values = new Float32Array(0) } = await evaluationDirection(policy, [group], { ...options, keepValues: true });
    directions.push(values);
  }
  const result = evaluation.map((): Pair[] => []);
  for (const { positive, negative } of branches) {
    const [first, second] = [await meanScore(policy, positive, options), await meanScore(policy, negative, options)];
    for (const [row, direction] of directions.entries()) {
      at(result, row).push({
        positive: first === undefined ? null : dot(direction, first),
        negative: second === undefined ? null : dot(direction, second),
      });
    }
  }
  return result;
}

/** The mean score of a branch, by one backward pass. */
async function meanScore(policy: Policy, branch: readonly GroupRow[], options: CoInfluenceOptions): Promise<Float32Array | undefined> {
  if (branch.length === 0) return undefined;
  const weighted = shares(branch).map((share, index) => {
    const row: TrainingRow & { lengthWeight: number } = at(branch, index);
    return { row, weight: share * row.lengthWeight };
  });
  return (await storeWeightedScores(policy, "influence/branch", weighted, { ...options, keepValues: true })).values;
}

async function byPasses(
  policy: Policy,
  train: readonly RolloutGroup[],
  branches: readonly Branches[],
  evaluation: readonly RolloutGroup[],
  options: CoInfluenceOptions,
): Promise<Pair[][]> {
  const result: Pair[][] = [];
  for (const group of evaluation) {
    const direction = await evaluationDirection(policy, [group], options);
    const { groups } = await scoreRollouts(policy, train, { ...options, direction, checkedRollouts: 0 });
    result.push(
      groups.map((scored, q) => {
        const average = (branch: readonly GroupRow[]): number | null =>
          branch.length === 0 || scored === undefined
            ? null
            : sum(shares(branch).map((share, index) => share * at(scored.scores, at(branch, index).rollout)));
        return { positive: average(at(branches, q).positive), negative: average(at(branches, q).negative) };
      }),
    );
  }
  return result;
}

/** The influence of each training query: the mean of its column. */
export function columnInfluences({ rows, columns, influence }: CoInfluenceMatrix): number[] {
  return columns.map((_, column) => mean(rows.map((_, row) => at(at(influence, row), column))));
}

import { BridgeError, createRandom } from "@bridge-rl/spec";
import type { RolloutGroup } from "./rollout-group.js";

/**
 * Splits groups into training and evaluation ones by problem, so that no problem is on both sides.
 *
 * @throws BridgeError `invalid-option` for a share outside (0, 1); `invalid-input` for fewer than two problems
 */
export function splitGroups<Group extends RolloutGroup>(
  groups: readonly Group[],
  options: {
    /** Share of the problems that goes to the evaluation side, at least one and never all. @defaultValue 0.5 */
    readonly evaluationShare?: number;
    /** Decides which. */
    readonly seed: number | string;
  },
): { train: Group[]; evaluation: Group[] } {
  const { evaluationShare = 0.5, seed } = options;
  if (!(evaluationShare > 0 && evaluationShare < 1)) {
    throw new BridgeError("invalid-option", `a share of ${evaluationShare} leaves one side empty; pass one in (0, 1)`);
  }
  const ids = [...new Set(groups.map(({ problem }) => problem.id))];
  if (ids.length < 2) throw new BridgeError("invalid-input", `${ids.length} problems can't be split into two sides; pass at least two`);
  const count = Math.min(ids.length - 1, Math.max(1, Math.round(ids.length * evaluationShare)));
  const chosen = new Set(createRandom(seed, "influence split").shuffle(ids).slice(0, count));
  return {
    train: groups.filter(({ problem }) => !chosen.has(problem.id)),
    evaluation: groups.filter(({ problem }) => chosen.has(problem.id)),
  };
}

/**
 * Makes sure that no problem is on both sides: shared rollouts add the trace of the gradient's covariance to influence.
 *
 * @throws BridgeError `invalid-input` naming a problem that is
 */
export function requireDisjoint(train: readonly RolloutGroup[], evaluation: readonly RolloutGroup[]): void {
  const ids = new Set(evaluation.map(({ problem }) => problem.id));
  const shared = train.filter(({ problem }) => ids.has(problem.id));
  if (shared.length > 0) {
    throw new BridgeError(
      "invalid-input",
      `${shared.length} problems are on both sides, ${shared[0]?.problem.id} among them, which would inflate influence; split them with splitGroups`,
    );
  }
}

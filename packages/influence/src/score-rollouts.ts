import { BridgeError, type Policy, type TrainingRow } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import { directionalDerivative, largestShift } from "./directional-derivative.js";
import { at } from "./internal/at.js";
import { evenlySpaced } from "./internal/evenly-spaced.js";
import { findScale } from "./internal/find-scale.js";
import { type GroupRow, groupRows, isSilent } from "./internal/group-rows.js";
import { sum } from "./internal/vector.js";
import type { RolloutGroup } from "./rollout-group.js";
import type { GroupScores, NumericalError, RolloutScores, ScoringOptions } from "./score-estimator.js";

export interface ScoreRolloutsOptions extends ScoringOptions {
  /** The stored direction V and its norm, as `evaluationDirection` returns them. */
  readonly direction: { readonly name: string; readonly norm: number };
  /** Step along V. @defaultValue chosen so that the largest |Δ log π| of a token between the two passes is about `targetShift` */
  readonly epsilon?: number;
  /** Within 2e-2 … 1e-1, where float32 round-off and truncation are both small. @defaultValue 0.05 */
  readonly targetShift?: number;
  /** Rollouts scored a second time, at ε/2, for the numerical error. @defaultValue 32 */
  readonly checkedRollouts?: number;
}

/** Scores of one group, token by token. */
export interface TokenScores extends GroupScores {
  /** The sums of `tokenScores`. */
  readonly scores: Float64Array;
  readonly tokenScores: readonly Float64Array[];
}

/** What two forward passes tell. */
export interface ForwardOnlyScores extends RolloutScores {
  readonly groups: readonly (TokenScores | undefined)[];
  readonly epsilon: number;
  readonly largestShift: number;
}

/**
 * Scores ⟨V, ∇ log π⟩ of every rollout and every token by two forward passes, at θ + εV and θ − εV. No backward pass.
 *
 * The rollouts of a later check at ε/2 are evenly spaced ones and those with the largest shift, where truncation is worst.
 *
 * @throws BridgeError `invalid-input`, `shape-mismatch` for groups that don't fit; `invalid-option` for an ε that is not positive
 */
export async function scoreRollouts(
  policy: Policy,
  groups: readonly RolloutGroup[],
  options: ScoreRolloutsOptions,
): Promise<ForwardOnlyScores> {
  const { direction, targetShift = 0.05, scoreSilentGroups = false, checkedRollouts = 32, lengthNormalization = "sum" } = options;
  const rows = groupRows(groups, { lengthNormalization }).filter(({ group }) => scoreSilentGroups || !isSilent(at(groups, group)));
  const epsilon = options.epsilon ?? (await chooseEpsilon(policy, rows, direction, targetShift, options));
  if (!(epsilon > 0)) throw new BridgeError("invalid-option", `a step of ${epsilon} along the direction has no derivative; pass ε > 0`);
  const passes = await bothSides(policy, rows, epsilon, options);
  const shifts = passes.map(({ plus, minus }) => largestShift(plus, minus));
  const tokenScores = rows.map((row, index) => tokenScoresOf(row, at(passes, index), epsilon));
  const spaced = evenlySpaced(rows.length, Math.ceil(checkedRollouts / 2));
  const steepest = shifts
    .map((shift, index) => ({ shift, index }))
    .sort((a, b) => b.shift - a.shift || a.index - b.index)
    .slice(0, Math.floor(checkedRollouts / 2))
    .map(({ index }) => index);
  const checked = [...new Set([...spaced, ...steepest])];
  const again = await bothSides(
    policy,
    checked.map((index) => at(rows, index)),
    epsilon / 2,
    options,
  );
  const pairs = checked.map((index, position) => {
    const second = tokenScoresOf(at(rows, index), at(again, position), epsilon / 2);
    return [sum(at(tokenScores, index)), sum(second)] as const;
  });
  const byGroup = groups.map((): Float64Array[] => []);
  for (const [index, { group }] of rows.entries()) at(byGroup, group).push(at(tokenScores, index));
  return {
    groups: byGroup.map((members) =>
      members.length === 0 ? undefined : { scores: Float64Array.from(members, sum), tokenScores: members },
    ),
    epsilon,
    largestShift: Math.max(0, ...shifts),
    numericalError: errorOf(pairs),
    rollouts: rows.length,
  };
}

interface BothSides {
  readonly plus: Float32Array;
  readonly minus: Float32Array;
}

async function bothSides(
  policy: Policy,
  rows: readonly TrainingRow[],
  epsilon: number,
  { direction, temperature, signal }: ScoreRolloutsOptions,
): Promise<BothSides[]> {
  if (rows.length === 0 || direction.norm === 0) {
    return rows.map(({ completionIds: { length } }) => ({ plus: new Float32Array(length), minus: new Float32Array(length) }));
  }
  const shared = defined({ temperature, signal });
  const at = async (scale: number) => policy.logProbabilities(rows, { ...shared, direction: { name: direction.name, scale } });
  const plus = await at(epsilon);
  const minus = await at(-epsilon);
  return plus.map(({ logProbabilities }, row) => ({
    plus: logProbabilities,
    minus: minus[row]?.logProbabilities ?? new Float32Array(0),
  }));
}

/** Looks at a few rollouts first, since the right step depends on the model and on V. */
async function chooseEpsilon(
  policy: Policy,
  rows: readonly TrainingRow[],
  direction: { readonly norm: number },
  target: number,
  options: ScoreRolloutsOptions,
): Promise<number> {
  if (rows.length === 0 || direction.norm === 0) return 1;
  const pilot = evenlySpaced(rows.length, 16).map((index) => at(rows, index));
  const shiftAt = async (epsilon: number): Promise<number> => {
    const passes = await bothSides(policy, pilot, epsilon, options);
    return Math.max(...passes.map(({ plus, minus }) => largestShift(plus, minus)));
  };
  // No token of the pilot moves: V doesn't touch these rollouts, and any step says so.
  return (await findScale(shiftAt, 0.01 / direction.norm, target)) ?? 1 / direction.norm;
}

function tokenScoresOf(row: GroupRow, { plus, minus }: BothSides, epsilon: number): Float64Array {
  return directionalDerivative(plus, minus, epsilon).map((score) => score * row.lengthWeight);
}

function errorOf(pairs: readonly (readonly [number, number])[]): NumericalError {
  if (pairs.length === 0) return { rollouts: 0, absolute: 0, relative: 0 };
  const absolute = Math.sqrt(sum(pairs.map(([first, second]) => (first - second) ** 2)) / pairs.length);
  const scale = Math.sqrt(sum(pairs.map(([first]) => first ** 2)) / pairs.length);
  return { rollouts: pairs.length, absolute, relative: scale === 0 ? 0 : absolute / scale };
}

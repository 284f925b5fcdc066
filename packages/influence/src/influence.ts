import { BridgeError, type Policy } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";
import { type AccuracyHistogram, accuracyHistogram } from "./accuracy-histogram.js";
import { type AccuracyPosterior, accuracyPosterior, type Estimate } from "./accuracy-posterior.js";
import { addBehaviors, type BehaviorInfluence, behaviorInfluence } from "./behavior-influence.js";
import type { TokenMark } from "./behavior-shares.js";
import { type EvaluationDirection, evaluationDirection } from "./evaluation-direction.js";
import { forwardOnly } from "./forward-only.js";
import { type AdvantageConvention, type GroupAdvantageOptions, groupAdvantages } from "./group-advantages.js";
import { type InfluenceSummary, influenceByAccuracy } from "./influence-by-accuracy.js";
import { at } from "./internal/at.js";
import { type QueryInfluence, queryInfluence } from "./query-influence.js";
import type { InfluenceObjective, LengthNormalization, RolloutGroup } from "./rollout-group.js";
import type { GroupScores, NumericalError, ScoreEstimator } from "./score-estimator.js";
import { requireDisjoint } from "./split-groups.js";

export interface InfluenceOptions<Group extends RolloutGroup = RolloutGroup> {
  /** How rewards become advantages, on the training side and in the surrogate. @defaultValue "population", as Proposition 3.1 has it */
  readonly convention?: AdvantageConvention;
  /** Added to the standard deviation of `bessel`. @defaultValue 1e-6 */
  readonly advantageEpsilon?: number;
  /** The reward of a correct rollout. @defaultValue 1 */
  readonly correctReward?: number;
  /** Which J a query's influence is on. @defaultValue "surrogate", what Proposition 3.1 predicts; "accuracy" is what users care about */
  readonly objective?: InfluenceObjective;
  /** Take the trainer's. @defaultValue "sum" */
  readonly lengthNormalization?: LengthNormalization;
  /** What the rollouts were sampled at. @defaultValue 1 */
  readonly temperature?: number;
  /** Of every interval. @defaultValue 0.95 */
  readonly level?: number;
  /** Where behaviours show in a training rollout, as tokens; influence is then split by behaviour. */
  readonly marks?: (group: Group, rollout: number) => readonly TokenMark[];
  /** Of which groups the influence of every token is kept. @defaultValue none */
  readonly keepTokens?: (group: Group) => boolean;
  /** How rollouts are scored. @defaultValue forwardOnly(), two forward passes */
  readonly estimator?: ScoreEstimator;
  /** Also scores queries without signal, for their branches; their influence is 0 either way. @defaultValue false */
  readonly scoreSilentGroups?: boolean;
  readonly signal?: AbortSignal;
}

/** What was computed, so that a number can be read without the code that made it. Plain JSON. */
export interface InfluenceSettings {
  readonly convention: AdvantageConvention;
  readonly advantageEpsilon: number;
  readonly correctReward: number;
  readonly objective: InfluenceObjective;
  readonly lengthNormalization: LengthNormalization;
  readonly temperature: number;
  readonly level: number;
  /** No problem is on both sides; enforced by their ids. */
  readonly selfPairs: "excluded";
  /** Name of the estimator. */
  readonly estimator: string;
  /** ΔJ per unit of learning rate of a plain gradient step; under Adam a diagnostic, not a forecast. */
  readonly optimizer: "sgd";
}

/** A training query. */
export interface QueryReport extends QueryInfluence {
  readonly problem: string;
  /** w_N(p) under Jeffreys' posterior: what a fresh group of this query is worth. `undefined` where rewards are not binary. */
  readonly expectedSignal: Estimate | undefined;
  /** Where marks were given and the query was scored. */
  readonly behaviors?: readonly BehaviorInfluence[];
  /** What each token carries of the influence, where `keepTokens` said so and the query was scored. `[rollouts][tokens]` */
  readonly tokenInfluence?: readonly (readonly number[])[];
}

export interface InfluenceReport {
  readonly settings: InfluenceSettings;
  readonly direction: Omit<EvaluationDirection, "values">;
  readonly queries: readonly QueryReport[];
  /** Rollout accuracy of the training queries. */
  readonly accuracy: AccuracyHistogram;
  readonly summary: InfluenceSummary;
  /** Sums over queries, where marks were given. Divide by `queries.length` for parts of `summary.allQueries.mean`. */
  readonly behaviors?: readonly BehaviorInfluence[];
  readonly scoring: {
    /** Step along V, of `forwardOnly`. */
    readonly epsilon?: number;
    /** Largest |Δ log π| of a token between the two passes, of `forwardOnly`. */
    readonly largestShift?: number;
    readonly numericalError: NumericalError;
    /** Training rollouts that were scored. */
    readonly rollouts: number;
  };
}

/**
 * First-order influence of one GRPO step on each training query on J of the evaluation queries (Proposition 3.1 of arXiv 2505.18917):
 * ΔJ = η · influence + O(η²), positive where it helps.
 *
 * One backward pass over the evaluation rollouts and, unless another estimator is passed, two forward passes over the training rollouts that carry signal. Rollouts should
 * come from the policy as it is: the proposition is about an on-policy step.
 *
 * @throws BridgeError `invalid-input` where a problem is on both sides or groups don't fit; `run-conflict` where the policy holds an
 *   accumulated gradient
 */
export async function influence<Group extends RolloutGroup>(
  policy: Policy,
  groups: { readonly train: readonly Group[]; readonly evaluation: readonly RolloutGroup[] },
  options: InfluenceOptions<Group> = {},
): Promise<InfluenceReport> {
  const { train, evaluation } = groups;
  requireDisjoint(train, evaluation);
  const size = sharedSize(train);
  const settings = settingsOf(options);
  const { objective, lengthNormalization, temperature } = settings;
  const shared = { lengthNormalization, temperature, ...defined({ signal: options.signal }) };
  const { estimator = forwardOnly(), scoreSilentGroups } = options;
  const convention = advantageOptions(settings);
  const { values, ...direction } = await evaluationDirection(policy, evaluation, {
    ...shared,
    ...convention,
    objective,
    keepValues: estimator.needsValues,
  });
  const scored = await estimator.score(
    policy,
    train,
    { ...direction, ...defined({ values }) },
    { ...shared, ...defined({ scoreSilentGroups }) },
  );
  const posterior = posteriors(size, settings.level);
  const queries = train.map((group, index) => reportQuery(group, scored.groups[index], posterior, settings, options));
  const { epsilon, largestShift, numericalError, rollouts } = scored;
  return {
    settings,
    direction,
    queries,
    accuracy: accuracyHistogram(
      queries.map(({ correct }) => correct),
      size,
    ),
    summary: influenceByAccuracy(queries, settings),
    ...(options.marks === undefined ? {} : { behaviors: addBehaviors(queries.flatMap(({ behaviors = [] }) => behaviors)) }),
    scoring: { ...defined({ epsilon, largestShift }), numericalError, rollouts },
  };
}

function settingsOf(options: Omit<InfluenceOptions, "marks" | "keepTokens">): InfluenceSettings {
  return {
    convention: options.convention ?? "population",
    advantageEpsilon: options.advantageEpsilon ?? 1e-6,
    correctReward: options.correctReward ?? 1,
    objective: options.objective ?? "surrogate",
    lengthNormalization: options.lengthNormalization ?? "sum",
    temperature: options.temperature ?? 1,
    level: options.level ?? 0.95,
    selfPairs: "excluded",
    estimator: (options.estimator ?? forwardOnly()).name,
    optimizer: "sgd",
  };
}

function reportQuery<Group extends RolloutGroup>(
  group: Group,
  scores: GroupScores | undefined,
  posterior: (correct: number) => AccuracyPosterior,
  settings: InfluenceSettings,
  { marks, keepTokens }: InfluenceOptions<Group>,
): QueryReport {
  const options = { ...advantageOptions(settings), correctReward: settings.correctReward, level: settings.level };
  const query = queryInfluence({ rewards: group.rewards, scores: scores?.scores }, options);
  const behaviors =
    marks === undefined || scores === undefined
      ? undefined
      : behaviorInfluence(
          {
            rewards: group.rewards,
            tokenScores: tokenScoresOf(scores, settings),
            marks: group.rollouts.map((_, rollout) => marks(group, rollout)),
          },
          options,
        );
  return {
    problem: group.problem.id,
    ...query,
    expectedSignal: query.split === "correctness" ? posterior(query.correct).expectedSignal : undefined,
    ...(behaviors === undefined ? {} : { behaviors }),
    ...(keepTokens?.(group) && scores !== undefined ? { tokenInfluence: tokenInfluenceOf(group, scores, settings) } : {}),
  };
}

function tokenInfluenceOf(group: RolloutGroup, scores: GroupScores, settings: InfluenceSettings): number[][] {
  const advantages = groupAdvantages(group.rewards, advantageOptions(settings));
  return tokenScoresOf(scores, settings).map((row, rollout) =>
    Array.from(row, (score) => (at(advantages, rollout) * score) / advantages.length),
  );
}

function tokenScoresOf({ tokenScores }: GroupScores, { estimator }: InfluenceSettings): readonly Float64Array[] {
  if (tokenScores !== undefined) return tokenScores;
  throw new BridgeError("invalid-option", `influence by token, or by marks, is not what ${estimator} tells; use forwardOnly`);
}

function advantageOptions({ convention, advantageEpsilon }: InfluenceSettings): GroupAdvantageOptions {
  return { convention, epsilon: advantageEpsilon };
}

/** The posterior depends on n alone, and there are few of them among many queries. */
function posteriors(size: number, level: number): (correct: number) => AccuracyPosterior {
  const known = new Map<number, AccuracyPosterior>();
  return (correct) => {
    const made = known.get(correct) ?? accuracyPosterior(correct, size, { level });
    known.set(correct, made);
    return made;
  };
}

function sharedSize(groups: readonly RolloutGroup[]): number {
  const size = groups[0]?.rollouts.length;
  if (size === undefined) throw new BridgeError("invalid-input", "there are no training groups; pass at least one");
  const other = groups.find(({ rollouts }) => rollouts.length !== size);
  if (other !== undefined) {
    throw new BridgeError(
      "shape-mismatch",
      `problem ${other.problem.id} has ${other.rollouts.length} rollouts where the first has ${size}; sample every query equally often`,
    );
  }
  return size;
}

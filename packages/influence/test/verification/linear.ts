import { directionalDerivative } from "../../src/directional-derivative.js";
import { coInfluence, gramMatrix } from "../../src/gram-matrix.js";
import { groupAdvantages } from "../../src/group-advantages.js";
import { dot, mean, sum } from "../../src/internal/vector.js";
import { linearDatamodelingScore } from "../../src/linear-datamodeling-score.js";
import { queryInfluence } from "../../src/query-influence.js";
import { signalCoefficient } from "../../src/signal-coefficient.js";
import {
  accuracies,
  accuracyGradients,
  type LogLinearPolicy,
  moved,
  type Objective,
  objective,
  probabilities,
  scores,
  surrogateCurvature,
  weightedSum,
} from "../support/log-linear-policy.js";
import { checkAdam } from "./adam.js";
import type { Checks } from "./check.js";
import type { LinearFixture } from "./fixture.js";

const objectives: readonly Objective[] = ["surrogate", "arcsin", "accuracy"];

/** What every check of the log-linear policy starts from, computed from features, θ and sampled groups alone. */
export interface LinearState {
  readonly policy: LogLinearPolicy;
  readonly theta: readonly number[];
  readonly evaluation: readonly number[];
  readonly direction: readonly number[];
  readonly gradients: readonly number[][];
}

export function linearState(given: LinearFixture): LinearState {
  const policy = { features: given.phi, correct: given.correct };
  const all = scores(policy, given.theta);
  return {
    policy,
    theta: given.theta,
    evaluation: given.eval_idx,
    direction: averageOf(populationGradients(policy, given.theta, given.eval_idx)),
    gradients: given.train_idx.map((q, i) => {
      const group = given.groups[i] as number[];
      const advantages = groupAdvantages(group.map((outcome) => given.correct[q]?.[outcome] as number));
      return weightedSum(
        group.map((outcome) => all[q]?.[outcome] as number[]),
        Array.from(advantages, (advantage) => advantage / group.length),
      );
    }),
  };
}

export function checkLinear(given: LinearFixture, checks: Checks): void {
  const state = linearState(given);
  const { policy, theta, evaluation, direction, gradients } = state;
  const all = scores(policy, theta);
  const rollouts = given.train_idx.map((q, i) => (given.groups[i] as number[]).map((outcome) => all[q]?.[outcome] as number[]));
  const rewards = given.train_idx.map((q, i) => (given.groups[i] as number[]).map((outcome) => given.correct[q]?.[outcome] as number));
  const perQuery = populationGradients(policy, theta, evaluation);
  const accuracyDirection = averageOf(evaluation.map((q) => accuracyGradients(policy, theta)[q] as number[]));
  const sigma = rollouts.map((group) => group.map((score) => dot(direction, score)));
  const influences = sigma.map((group, i) => queryInfluence({ rewards: rewards[i] as number[], scores: group }));
  const predicted = influences.map(({ influence }) => influence);
  const accuracyPredicted = gradients.map((gradient) => dot(accuracyDirection, gradient));

  checks.close("probabilities", probabilities(policy, theta), given.pi);
  checks.close("accuracies", accuracies(policy, theta), given.p);
  checks.close("rewards", rewards, given.rewards);
  checks.close(
    "rollout accuracy",
    influences.map(({ accuracy }) => accuracy),
    given.alpha,
  );
  checks.close(
    "advantages",
    rewards.map((group) => groupAdvantages(group)),
    given.advantages,
  );
  checks.close("group gradients", gradients, given.ghat);
  checks.close("evaluation gradient per query", perQuery, given.eval_grad_per_query);
  checks.close("evaluation gradient", direction, given.eval_grad);
  checks.close("evaluation gradient of accuracy", accuracyDirection, given.eval_grad_accuracy);
  checks.close(
    "co-influence",
    rollouts.map((group) => evaluation.map((q) => coInfluence(all[q] as number[][], group))),
    given.K_eval_train,
  );
  checks.close("rollout scores", sigma, given.rollout_scores);
  checks.close("influence", predicted, given.influence_predicted);
  checks.close("influence on accuracy", accuracyPredicted, given.influence_predicted_accuracy);
  checks.close(
    "coefficient · (K⁺ − K⁻)",
    influences.map(({ coefficient = 0, positiveBranch = 0, negativeBranch = 0 }) => coefficient * (positiveBranch - negativeBranch)),
    given.influence_predicted,
  );
  checks.close("heat map", coInfluence(perQuery, gradients), given.heatmap_eval_by_train);
  checks.close("Gram matrix of training queries", gramMatrix(gradients), given.gram_train);

  const before = objective(policy, theta, theta, evaluation);
  const change = (step: ArrayLike<number>, rate: number): Record<Objective, number> => {
    const after = objective(policy, moved(theta, step, rate), theta, evaluation);
    return {
      surrogate: after.surrogate - before.surrogate,
      arcsin: after.arcsin - before.arcsin,
      accuracy: after.accuracy - before.accuracy,
    };
  };
  for (const name of objectives) checks.close(`J0 ${name}`, before[name], given.J0[name]);
  for (const rung of given.ladder ?? []) {
    const changes = gradients.map((gradient) => change(gradient, rung.eta));
    for (const name of objectives) {
      checks.close(
        `actual change, η=${rung.eta}, ${name}`,
        changes.map((row) => row[name]),
        rung[name],
      );
    }
  }
  if (given.max_rel_err)
    checkErrors(given.max_rel_err, given, predicted, accuracyPredicted, (q, rate) => change(gradients[q] as number[], rate), checks);

  // The reference takes a second difference with step 1e-3, whose truncation is 1e-7 relative and whose rounding 1e-9 absolute.
  const curvature = gradients.map((gradient) => surrogateCurvature(policy, theta, gradient, evaluation));
  checks.close("second-order term", curvature, given.gHg, 1e-5);
  const secondDifferences = (rate: number): number[] =>
    gradients.map((gradient) => (change(gradient, rate).surrogate + change(gradient, -rate).surrogate) / rate ** 2);
  const [differences, wider] = [secondDifferences(1e-3), secondDifferences(2e-3)];
  const steepest = Math.min(...evaluation.map((q) => signalCoefficient(given.p[q] as number)));
  // Another reference may have the exact term: a step of twice the length is off by four times as much, so three times as much lies between.
  const truncation = Math.max(...differences.map((value, q) => Math.abs((wider[q] as number) - value)));
  checks.close("second-order term, second difference", differences, given.gHg, 2e-9 * Math.max(1, 0.3 / steepest) + truncation);
  checks.close(
    "linearity radius",
    given.gHg?.map((second, q) => (second === 0 ? null : (2 * Math.abs(predicted[q] as number)) / Math.abs(second))) ?? [],
    given.linearity_radius,
  );
  for (const [eta, expected] of Object.entries(given.lds?.spearman ?? {})) {
    // Equal subsets must tie, in whatever order they were drawn.
    const subsets = given.lds?.subsets.map((subset) => subset.toSorted((a, b) => a - b)) ?? [];
    const actual = subsets.map((subset) => {
      const step = theta.map((_, j) => sum(subset.map((q) => gradients[q]?.[j] as number)));
      return change(step, Number(eta)).surrogate;
    });
    checks.close(`linear datamodeling score, η=${eta}`, linearDatamodelingScore(predicted, subsets, actual), expected);
  }
  checkForwardOnly(given, state, checks);
  if (given.adam) checkAdam(given.adam, state, checks);
}

/** Largest |actual/η − predicted| / |predicted| over queries that predict anything. */
function checkErrors(
  errorsOf: NonNullable<LinearFixture["max_rel_err"]>,
  given: LinearFixture,
  predicted: readonly number[],
  accuracyPredicted: readonly number[],
  change: (query: number, rate: number) => Record<Objective, number>,
  checks: Checks,
): void {
  for (const name of objectives) {
    const forecast = name === "accuracy" ? accuracyPredicted : predicted;
    const live = forecast.flatMap((value, q) => (value === 0 ? [] : [q]));
    const smallest = Math.min(...live.map((q) => Math.abs(forecast[q] as number)));
    // The surrogate divides by √(p(1−p)), and so it does with rounding.
    const steepness = Math.min(1, ...given.eval_idx.map((q) => 5 * signalCoefficient(given.p[q] as number)));
    for (const [rung, rate] of errorsOf.lrs.entries()) {
      const errors = live.map((q) => Math.abs(change(q, rate)[name] / rate - (forecast[q] as number)) / Math.abs(forecast[q] as number));
      // A difference of two J near 1 keeps 16 digits; dividing by η and a small forecast brings the lost ones forward.
      const tolerance = 1e-10 + 2e-15 / (rate * smallest * steepness);
      checks.close(`largest relative error, η=${rate}, ${name}`, Math.max(0, ...errors), errorsOf[name][rung] as number, tolerance);
    }
  }
}

/** The reference doesn't say over which outcomes it takes the maximum: sampled ones, all of the training queries, or all. */
function checkForwardOnly(given: LinearFixture, { policy, theta, direction }: LinearState, checks: Checks): void {
  const exact = scores(policy, theta).map((outcomes) => outcomes.map((score) => dot(direction, score)));
  for (const [epsilon, expected] of Object.entries(given.forward_only_max_err ?? {})) {
    const errors = probabilities(policy, moved(theta, direction, Number(epsilon))).map((plus, q) => {
      const minus = probabilities(policy, moved(theta, direction, -Number(epsilon)))[q] as number[];
      const estimate = directionalDerivative(plus.map(Math.log), minus.map(Math.log), Number(epsilon));
      return Array.from(estimate, (value, o) => Math.abs(value - (exact[q]?.[o] as number)));
    });
    const candidates = [
      given.train_idx.flatMap((q, i) => (given.groups[i] as number[]).map((outcome) => errors[q]?.[outcome] as number)),
      given.train_idx.flatMap((q) => errors[q] as number[]),
      errors.flat(),
    ].map((list) => Math.max(...list));
    const nearest = candidates.reduce((best, value) => (Math.abs(value - expected) < Math.abs(best - expected) ? value : best));
    // Rounding of log π, divided by ε.
    checks.close(`forward-only error, ε=${epsilon}`, nearest, expected, 1e-10 + 2e-15 / Number(epsilon));
  }
}

/** ∇p / √(p(1−p)) = ∇ 2 arcsin √p of some queries. */
export function populationGradients(policy: LogLinearPolicy, theta: readonly number[], queries: readonly number[]): number[][] {
  const p = accuracies(policy, theta);
  const gradients = accuracyGradients(policy, theta);
  return queries.map((q) => {
    const s = Math.sqrt((p[q] as number) * (1 - (p[q] as number)));
    return (gradients[q] as number[]).map((value) => value / s);
  });
}

function averageOf(vectors: readonly number[][]): number[] {
  return (vectors[0] as number[]).map((_, j) => mean(vectors.map((vector) => vector[j] as number)));
}

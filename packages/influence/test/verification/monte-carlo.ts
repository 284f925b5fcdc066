import { createRandom, type Random } from "@bridge-rl/spec";
import { expectedSignal } from "../../src/expected-signal.js";
import { groupAdvantages } from "../../src/group-advantages.js";
import { influenceInterval } from "../../src/influence-interval.js";
import { binomialProbabilities } from "../../src/internal/binomial.js";
import { dot, mean, sampleVariance, sum } from "../../src/internal/vector.js";
import { groupCoefficient, signalCoefficient } from "../../src/signal-coefficient.js";
import { studentQuantile } from "../../src/student-quantile.js";
import { accuracies, accuracyGradients, moved, objective, probabilities, scores, weightedSum } from "../support/log-linear-policy.js";
import type { Checks } from "./check.js";
import { type CoverageFixture, coverageMethods, type InfluenceFixture, type LinearFixture } from "./fixture.js";
import { linearState, populationGradients } from "./linear.js";

/** Draws groups of outcomes of one query. */
function sampler(given: LinearFixture, query: number, random: Random): (size: number) => number[] {
  const weights = probabilities({ features: given.phi, correct: given.correct }, given.theta)[query] as number[];
  return (size) =>
    Array.from({ length: size }, () => {
      let left = random.next();
      const drawn = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return drawn < 0 ? weights.length - 1 : drawn;
    });
}

/** Shared rollouts inflate |ĝ|² by the trace of its covariance; independent groups don't. */
export function checkSelfPairBias(fixture: InfluenceFixture, checks: Checks): void {
  const { N, q, target, plugin_mean, cross_mean, replicates } = fixture.self_pair_bias;
  const { policy, theta } = linearState(fixture.linear);
  const p = accuracies(policy, theta)[q] as number;
  const gradient = accuracyGradients(policy, theta)[q] as number[];
  checks.close("|E ĝ|²", (expectedSignal(N, p) / (p * (1 - p))) ** 2 * dot(gradient, gradient), target);
  const draw = sampler(fixture.linear, q, createRandom(1, "self pairs"));
  const all = scores(policy, theta)[q] as number[][];
  const groupGradient = (): number[] => {
    const group = draw(N);
    const advantages = groupAdvantages(group.map((outcome) => policy.correct[q]?.[outcome] as number));
    return weightedSum(
      group.map((outcome) => all[outcome] as number[]),
      advantages.map((advantage) => advantage / N),
    );
  };
  const pairs = Array.from({ length: 4000 }, () => [groupGradient(), groupGradient()] as const);
  const shared = pairs.map(([first]) => dot(first, first));
  const crossed = pairs.map(([first, second]) => dot(first, second));
  for (const [name, ours, theirs] of [
    ["same rollouts on both sides", shared, plugin_mean],
    ["independent rollouts", crossed, cross_mean],
  ] as const) {
    const deviation = Math.sqrt(sampleVariance(ours) * (1 / ours.length + 1 / replicates));
    const distance = deviation === 0 ? (mean(ours) === theirs ? 0 : Number.POSITIVE_INFINITY) : Math.abs(mean(ours) - theirs) / deviation;
    checks.holds(name, distance < 4.5, `our mean ${mean(ours)} is ${distance.toFixed(1)} standard errors from ${theirs}`);
  }
}

/** The step is the population gradient of a training query; which one, the file doesn't say, but the true change tells to ten digits. */
export function checkActualMeasurement(fixture: InfluenceFixture, checks: Checks): void {
  const { eta, M, true: expected, sd_is, sd_fresh } = fixture.actual_measurement;
  const { linear } = fixture;
  const { policy, theta, evaluation } = linearState(linear);
  const candidates = populationGradients(policy, theta, linear.train_idx).map((step) => {
    const after = moved(theta, step, eta);
    const change = objective(policy, after, theta, evaluation).surrogate - objective(policy, theta, theta, evaluation).surrogate;
    return { after, change };
  });
  const { after, change } = candidates.reduce((best, other) =>
    Math.abs(other.change - expected) < Math.abs(best.change - expected) ? other : best,
  );
  checks.close("true change", change, expected);
  const pi = probabilities(policy, theta);
  const later = probabilities(policy, after);
  const p = accuracies(policy, theta);
  const advantage = (q: number, o: number): number =>
    ((policy.correct[q]?.[o] as number) - (p[q] as number)) / Math.sqrt((p[q] as number) * (1 - (p[q] as number)));
  const variance = (weights: readonly number[], value: (o: number) => number): number => {
    const centre = sum(weights.map((weight, o) => weight * value(o)));
    return sum(weights.map((weight, o) => weight * (value(o) - centre) ** 2));
  };
  const total = (each: (q: number) => number): number => Math.sqrt(sum(evaluation.map(each)) / M) / evaluation.length;
  const ratios = total((q) => {
    const now = pi[q] as number[];
    return variance(now, (o) => advantage(q, o) * ((later[q]?.[o] as number) / (now[o] as number) - 1));
  });
  const fresh = total((q) => {
    const value = (o: number): number => advantage(q, o);
    return variance(pi[q] as number[], value) + variance(later[q] as number[], value);
  });
  checks.holds("noise of importance ratios", within(ratios / sd_is, 2), `exact ${ratios}, reference ${sd_is}`);
  checks.holds("noise of fresh samples", within(fresh / sd_fresh, 1.3), `exact ${fresh}, reference ${sd_fresh}`);
}

/** Ratios have heavy tails: rare outcomes that a sample misses are most of their variance. */
function within(ratio: number, factor: number): boolean {
  return ratio < factor && ratio > 1 / factor;
}

/** Coverage of our interval against the reference's, replayed with other random numbers. */
export function checkIntervals(fixture: InfluenceFixture, checks: Checks): void {
  const { linear, ci } = fixture;
  const { policy, theta, direction } = linearState(linear);
  const p = accuracies(policy, theta);
  checks.close(
    "accuracies",
    ci.queries.map((q) => p[q] as number),
    ci.p,
  );
  for (const [size, expected] of Object.entries(ci.coverage)) {
    checkColumns(size, expected, checks);
    const drawn = replicatesOf(expected.undefined_fraction);
    for (const [row, q] of ci.queries.entries()) {
      const sigma = (scores(policy, theta)[q] as number[][]).map((score) => dot(direction, score));
      const truth = expectedWhereDefined(linear, q, Number(size));
      const draw = sampler(linear, q, createRandom(Number(size), `coverage ${q}`));
      let defined = 0;
      let held = 0;
      for (let replicate = 0; replicate < replicates; replicate++) {
        const group = draw(Number(size));
        const isCorrect = (outcome: number): boolean => policy.correct[q]?.[outcome] === 1;
        const correct = group.filter(isCorrect).map((outcome) => sigma[outcome] as number);
        const wrong = group.filter((outcome) => !isCorrect(outcome)).map((outcome) => sigma[outcome] as number);
        if (correct.length < 2 || wrong.length < 2) continue;
        defined++;
        const { low, high } = referenceInterval(correct, wrong);
        if (low <= truth && truth <= high) held++;
      }
      const missing = expected.undefined_fraction[row] as number;
      agree(`N=${size}, query ${q}, groups without an interval`, 1 - defined / replicates, replicates, missing, drawn, checks);
      const coverage = expected.per_query[row]?.[coverageMethods.indexOf("t_satterthwaite")];
      if (typeof coverage === "number" && defined > 0) {
        agree(`N=${size}, query ${q}, coverage`, held / defined, defined, coverage, Math.round(drawn * (1 - missing)), checks);
      }
    }
  }
}

/** What the reference's intervals should hold: the mean influence of groups with at least two rollouts in each branch. */
function expectedWhereDefined(given: LinearFixture, query: number, size: number): number {
  const { policy, theta, direction } = linearState(given);
  const p = accuracies(policy, theta)[query] as number;
  const difference = dot(direction, accuracyGradients(policy, theta)[query] as number[]) / (p * (1 - p));
  const inside = binomialProbabilities(size, p).map((weight, n) => (n >= 2 && n <= size - 2 ? weight : 0));
  return (difference * sum(inside.map((weight, n) => weight * signalCoefficient(n / size)))) / sum(inside);
}

/** Ours; where both branches are constant, which we call undefined, the reference keeps the part that comes from the accuracy. */
function referenceInterval(correct: readonly number[], wrong: readonly number[]): { low: number; high: number } {
  const interval = influenceInterval(correct, wrong);
  if (interval !== "undefined") return interval;
  const size = correct.length + wrong.length;
  const { value, slope = 0 } = groupCoefficient(correct.length, size);
  const difference = mean(correct) - mean(wrong);
  const reach =
    (studentQuantile(0.975, Math.min(correct.length, wrong.length) - 1) * Math.abs(slope * difference) * value) / Math.sqrt(size);
  return { low: value * difference - reach, high: value * difference + reach };
}

const replicates = 1500;

/** How many groups the reference drew: the least number that makes all of its shares whole, at most ours. */
function replicatesOf(shares: readonly number[]): number {
  for (let count = 100; count < replicates; count += 50) {
    if (shares.every((share) => Math.abs(share * count - Math.round(share * count)) < 1e-6)) return count;
  }
  return replicates;
}

function agree(name: string, ours: number, n: number, theirs: number, m: number, checks: Checks): void {
  const pooled = (ours * n + theirs * m + 1) / (n + m + 2);
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / Math.max(m, 1)));
  const distance = Math.abs(ours - theirs) / deviation;
  checks.holds(name, distance < 4.5, `ours ${ours}, reference ${theirs}, ${distance.toFixed(1)} standard deviations apart`);
}

function checkColumns(size: string, expected: CoverageFixture, checks: Checks): void {
  for (const [column, method] of coverageMethods.entries()) {
    const values = expected.per_query.map((row) => row[column]).filter((value) => typeof value === "number");
    if (values.length === 0) continue;
    checks.close(
      `N=${size}, mean and minimum of ${method}`,
      [mean(values), Math.min(...values)],
      [expected.mean[method], expected.min[method]],
    );
  }
}

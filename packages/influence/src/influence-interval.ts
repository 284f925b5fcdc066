import { BridgeError } from "@bridge-rl/spec";
import { mean, sampleVariance } from "./internal/vector.js";
import { type GroupCoefficientOptions, groupCoefficient } from "./signal-coefficient.js";
import { studentQuantile } from "./student-quantile.js";

export interface InfluenceIntervalOptions extends GroupCoefficientOptions {
  /** @defaultValue 0.95 */
  readonly level?: number;
}

/** A two-sided interval from a standard error and Student's t. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Nominal probability that it holds. */
  readonly level: number;
}

/**
 * The interval of a query's *expected* influence (fresh rollouts, evaluation direction held fixed), from the scalars ⟨V, score⟩ of its
 * correct and wrong rollouts.
 *
 *     se² = a(1−a) (var⁺/n + var⁻/(N−n)) + ((1−2a) / (2 s(a)) · D)² a(1−a)/N,   D = mean⁺ − mean⁻
 *
 * The first part is Welch's, with Satterthwaite's degrees of freedom; the second carries the uncertainty of a = n/N through s by the
 * delta method; another convention brings its own coefficient and slope in place of s. Variances are not pooled. A rare kind of rollout that a small group misses stays invisible to any such interval.
 *
 * @returns `"undefined"` where a branch has fewer than two rollouts or neither branch varies: the data say nothing about the spread
 */
export function influenceInterval(
  correct: readonly number[],
  wrong: readonly number[],
  options: InfluenceIntervalOptions = {},
): Interval | "undefined" {
  const { level = 0.95 } = options;
  if (correct.length < 2 || wrong.length < 2) return "undefined";
  const size = correct.length + wrong.length;
  const accuracy = correct.length / size;
  const { value, slope } = groupCoefficient(correct.length, size, options);
  const positive = sampleVariance(correct) / correct.length;
  const negative = sampleVariance(wrong) / wrong.length;
  if (slope === undefined || positive + negative === 0) return "undefined";
  const difference = mean(correct) - mean(wrong);
  const fromAccuracy = ((slope * difference) ** 2 * accuracy * (1 - accuracy)) / size;
  const standardError = Math.sqrt(value ** 2 * (positive + negative) + fromAccuracy);
  const share = positive / (positive + negative);
  const degreesOfFreedom = 1 / (share ** 2 / (correct.length - 1) + (1 - share) ** 2 / (wrong.length - 1));
  return around(value * difference, standardError, degreesOfFreedom, level);
}

/**
 * The interval of a mean of independent values, by Student's t.
 *
 * @returns `"undefined"` below two values
 */
export function meanInterval(
  values: readonly number[],
  options: {
    /** @defaultValue 0.95 */
    readonly level?: number;
  } = {},
): Interval | "undefined" {
  if (values.length < 2) return "undefined";
  const standardError = Math.sqrt(sampleVariance(values) / values.length);
  return around(mean(values), standardError, values.length - 1, options.level ?? 0.95);
}

function around(centre: number, standardError: number, degreesOfFreedom: number, level: number): Interval {
  if (!(level > 0 && level < 1)) throw new BridgeError("invalid-option", `a level of ${level} is outside (0, 1); pass 0.95 for 95 %`);
  const reach = studentQuantile((1 + level) / 2, degreesOfFreedom) * standardError;
  return { low: centre - reach, high: centre + reach, standardError, degreesOfFreedom, level };
}

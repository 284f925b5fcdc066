import { BridgeError } from "@bridge-rl/spec";

/** Which evaluation is the best, and how long to wait for a better one. */
export interface SelectionOptions {
  /** A metric of the evaluation, for example `eval_accuracy`. */
  readonly metric: string;
  /** @defaultValue "maximum" */
  readonly best?: "maximum" | "minimum";
  /** What an evaluation has to be better by. @defaultValue 0, any improvement */
  readonly minimumImprovement?: number;
  /** Evaluations in a row without improvement after which the run ends. @defaultValue none, it goes on */
  readonly patience?: number;
}

/** The best evaluation so far. Plain JSON. */
export interface Selection {
  readonly step: number;
  readonly value: number;
  /** Evaluations since then. */
  readonly waited: number;
}

/**
 * Compares an evaluation with the best one so far.
 *
 * @throws BridgeError `invalid-option` for a metric that the evaluation doesn't have
 */
export function selectBest(
  before: Selection | null,
  options: SelectionOptions | undefined,
  metrics: Readonly<Record<string, number | null>>,
  step: number,
): { readonly selection: Selection | null; readonly isBest: boolean; readonly isOver: boolean } {
  if (options === undefined) return { selection: before, isBest: false, isOver: false };
  const { metric, best = "maximum", minimumImprovement = 0, patience = Number.POSITIVE_INFINITY } = options;
  const value = metrics[metric];
  if (value === undefined) {
    throw new BridgeError(
      "invalid-option",
      `the evaluation has no metric ${metric} to select by; it has ${Object.keys(metrics).join(", ")}`,
    );
  }
  const gain = before === null ? Number.POSITIVE_INFINITY : (best === "maximum" ? 1 : -1) * ((value ?? Number.NaN) - before.value);
  if (value !== null && Number.isFinite(value) && gain > minimumImprovement) {
    return { selection: { step, value, waited: 0 }, isBest: true, isOver: false };
  }
  if (before === null) return { selection: null, isBest: false, isOver: false };
  const waited = before.waited + 1;
  return { selection: { ...before, waited }, isBest: false, isOver: waited >= patience };
}

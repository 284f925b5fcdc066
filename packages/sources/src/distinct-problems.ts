import type { Problem } from "@bridge-rl/spec";
import { FingerprintSet } from "./internal/fingerprint-set.js";

export interface DistinctOptions {
  /** What makes two problems the same: their solution template, or their text. @defaultValue "structureHash" */
  readonly by?: "structureHash" | "prompt";
  /** Problems that count as seen already, such as those of another split. @defaultValue none */
  readonly except?: Iterable<Pick<Problem, "structureHash" | "prompt">>;
}

/** What became of the problems, returned when they are used up. */
export interface DistinctSummary {
  readonly kept: number;
  readonly dropped: number;
}

/** Leaves out problems that came before, or that are among others. Keeps some 32 bytes for each problem it has seen. */
export function* distinctProblems<Row extends Pick<Problem, "structureHash" | "prompt">>(
  problems: Iterable<Row>,
  options: DistinctOptions = {},
): Generator<Row, DistinctSummary, undefined> {
  const { by = "structureHash", except = [] } = options;
  const seen = new FingerprintSet();
  for (const problem of except) seen.add(problem[by]);
  let [kept, dropped] = [0, 0];
  for (const problem of problems) {
    if (seen.add(problem[by])) {
      kept++;
      yield problem;
    } else dropped++;
  }
  return { kept, dropped };
}

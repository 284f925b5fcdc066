import type { Finding, FindingKind } from "./verify-solution.js";

/** What the validator of the original iGSM reports. */
export type OriginalError =
  | "duplicate_symbol"
  | "undefined_symbol"
  | "wrong_answer"
  | "wrong_reference"
  | "wrong_calculation"
  | "unknown_parameter"
  | "wrong_dependency"
  | "wrong_query";

const parsing: Partial<Record<FindingKind, OriginalError>> = {
  "duplicate-symbol": "duplicate_symbol",
  "undefined-symbol": "undefined_symbol",
  "premature-step": "undefined_symbol",
};

const checks: readonly (readonly [OriginalError, readonly FindingKind[]])[] = [
  ["wrong_answer", ["wrong-answer"]],
  ["wrong_reference", ["wrong-value"]],
  ["wrong_calculation", ["wrong-calculation"]],
  ["unknown_parameter", ["unknown-parameter"]],
  ["wrong_dependency", ["wrong-dependency", "missing-dependency"]],
];

/**
 * Says findings in the categories of the original validator (arXiv 2407.20311), in its order: symbols that can't be read end its report,
 * the wrong question counts only where nothing else is wrong. It does not compare formulas with the problem beyond their dependencies.
 */
export function originalErrors(findings: readonly Finding[]): OriginalError[] {
  for (const { kind } of findings) {
    const failure = parsing[kind];
    if (failure !== undefined) return [failure];
  }
  const errors = checks.flatMap(([error, kinds]) => (findings.some(({ kind }) => kinds.includes(kind)) ? [error] : []));
  if (errors.length > 0) return errors;
  return findings.some(({ kind }) => kind === "wrong-question") ? ["wrong_query"] : [];
}

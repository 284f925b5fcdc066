import { compareReadiness, type ReadinessMeasure, readinessMeasures } from "@bridge-rl/influence";
import { readinessOutcomes, readRun } from "@bridge-rl/report";
import { BridgeError } from "@bridge-rl/spec";
import { table } from "../terminal/table.js";

const titles: Readonly<Record<ReadinessMeasure, string>> = {
  influence: "influence",
  accuracy: "accuracy",
  passAtN: "pass@N",
  coefficient: "√(α(1−α))",
  gradientNorm: "gradient norm",
};

/** Compares readiness and its rivals over finished runs, and prints it. */
export async function readinessCommand(runs: readonly string[], { json }: { readonly json?: true | undefined }): Promise<void> {
  const outcomes = readinessOutcomes(await Promise.all(runs.map(readRun)));
  if (outcomes.length === 0) {
    throw new BridgeError(
      "invalid-input",
      `${runs.join(", ")} have no arm that was evaluated both after SFT and after GRPO; pass finished runs`,
    );
  }
  const compared = compareReadiness(outcomes);
  if (json) {
    process.stdout.write(`${JSON.stringify({ outcomes, compared }, undefined, 2)}\n`);
    return;
  }
  const number = (value: number | undefined): string => value?.toPrecision(3) ?? "–";
  const rows = outcomes.map(({ name, measures, gain }) => [
    name,
    ...readinessMeasures.map((measure) => number(measures[measure])),
    `${gain > 0 ? "+" : ""}${(100 * gain).toFixed(1)}`,
  ]);
  rows.push([
    "rank correlation with gain",
    ...compared.map(({ rankCorrelation }) => (rankCorrelation === "undefined" ? "–" : rankCorrelation.toFixed(2))),
    "",
  ]);
  process.stdout.write(`${table(["model after SFT", ...readinessMeasures.map((measure) => titles[measure]), "gain, points"], rows)}\n`);
  process.stdout.write(`${outcomes.length} models. Below about ten, differences between the columns mean nothing.\n`);
}

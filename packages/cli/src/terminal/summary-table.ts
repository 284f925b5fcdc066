import type { Accuracy, StagesSummary, SummaryFile } from "@bridge-rl/report";
import { formatSeconds } from "./format-time.js";
import { table } from "./table.js";

const stages = [
  ["base", "base model"],
  ["sft", "after SFT"],
  ["grpo", "after GRPO"],
] as const;

/** The headline of a run: accuracy of every arm with its 95 % interval. */
export function summaryTable({ arms, constantBaseline, seconds }: SummaryFile): string {
  const rows = Object.entries(arms).flatMap(([name, summary]) => [...stageRows(name, summary), ...gainRow(name, summary)]);
  const { inDistribution, outOfDistribution } = constantBaseline;
  const answer = inDistribution?.answer ?? outOfDistribution?.answer;
  if (answer !== undefined) rows.push([`always answering ${answer}`, percent(inDistribution), percent(outOfDistribution)]);
  const text = table(["accuracy (95 % interval)", "in distribution", "out of distribution"], rows);
  return `${text}\n\nThe run took ${formatSeconds(seconds)}.`;
}

function stageRows(name: string, summary: StagesSummary): string[][] {
  return stages.flatMap(([stage, title]) => {
    const found = summary[stage];
    return found === undefined ? [] : [[`${name}, ${title}`, percent(found.inDistribution), percent(found.outOfDistribution)]];
  });
}

function gainRow(name: string, { sft, grpo }: StagesSummary): string[][] {
  if (sft === undefined || grpo === undefined) return [];
  const gain = (before: Accuracy | undefined, after: Accuracy | undefined) =>
    before === undefined || after === undefined ? "" : `${signed(after.accuracy - before.accuracy)} points`;
  return [[`${name}, gain`, gain(sft.inDistribution, grpo.inDistribution), gain(sft.outOfDistribution, grpo.outOfDistribution)]];
}

function percent(accuracy: Accuracy | undefined): string {
  if (accuracy === undefined) return "";
  return `${hundredths(accuracy.accuracy)} % (${hundredths(accuracy.low)}–${hundredths(accuracy.high)})`;
}

function hundredths(share: number): string {
  return (share * 100).toFixed(1);
}

function signed(share: number): string {
  return `${share < 0 ? "−" : "+"}${hundredths(Math.abs(share))}`;
}

import { type InfluenceSummary, influenceByAccuracy } from "@bridge-rl/influence";
import type { ArmRun, Run } from "../../read-run.js";
import { armLabel, armNames } from "../arms.js";
import { influenceChart } from "../charts/influence-chart.js";
import { domain } from "../charts/line-chart.js";
import { percent, significant, whole } from "../format.js";
import { type Html, html } from "../html.js";
import { figure, type Section, table } from "../page-parts.js";
import { spacing } from "./accuracy-distribution.js";

/** What one step on each query would change, by the query's rollout accuracy. Undefined where no influence was measured after SFT. */
export function influenceSection(run: Run): Section | undefined {
  const arms = armNames(run.arms).flatMap((name, index) => {
    const files = run.arms.filter((arm) => arm.name === name).flatMap((arm) => arm.influence.sft ?? []);
    if (files.length === 0) return [];
    // Over the queries of all seeds; thirds and sevenths written with different roundings are the same accuracy.
    const queries = files.flatMap((file) => file.queries.map((query) => ({ ...query, accuracy: Math.round(query.accuracy * 1e6) / 1e6 })));
    const { byAccuracy, allQueries, mixedQueries } = influenceByAccuracy(queries);
    const bins = byAccuracy.map((bin) => ({ ...bin, interval: pair(bin.interval) }));
    return [{ name, index, files, bins, allQueries, mixedQueries }];
  });
  if (arms.length === 0) return undefined;
  const binWidth = spacing(arms.flatMap(({ bins }) => bins.map(({ accuracy }) => accuracy)));
  const range = domain(
    arms.flatMap(({ bins }) => bins.flatMap(({ mean, interval }) => [mean, ...(interval ?? [])])),
    true,
  );
  const errors = arms.flatMap(({ files }) => files.flatMap(({ numericalError }) => (numericalError === null ? [] : [numericalError])));
  return {
    id: "influence",
    title: "What one GRPO step on a query would change",
    body: html`<p>The influence of a query is the first-order change of the GRPO objective on held-out problems for one plain gradient step on that query's
rollouts, for each unit of learning rate. Positive helps. A query whose rollouts are all right or all wrong has exactly 0.</p>
${table({
  caption: "Mean influence of queries after SFT",
  head: ["arm", "all queries", "mixed queries", "queries", "of them mixed"],
  rows: arms.map(({ name, allQueries, mixedQueries }) => [
    name,
    meanCell(allQueries),
    meanCell(mixedQueries),
    whole(allQueries.count),
    whole(mixedQueries.count),
  ]),
})}<p class="note">With Student's 95 % interval over queries${arms.some(({ files }) => files.length > 1) ? " of all seeds together" : ""}. It covers which queries were drawn, not
which held-out problems or what another seed would change.</p>
${figure({
  id: "figure-influence",
  panels: arms.map(({ name, index, bins }) => ({
    title: name,
    unit: "mean influence",
    chart: influenceChart({
      id: `influence-${index}`,
      title: `${name}: mean influence by rollout accuracy`,
      index,
      bins,
      binWidth,
      domain: range,
    }),
  })),
  caption: html`Mean influence of queries by rollout accuracy after SFT, with 95 % intervals where there are enough queries for one, and the number of queries above each bar.
This is a diagnostic for plain gradient steps, not a forecast of a run with AdamW, and no interval sees a rare kind of right answer that the group never sampled.${
    errors.length > 0 ? ` Largest relative error of the estimator's own check: ${significant(Math.max(...errors))}.` : ""
  }`,
  tables: arms.map(({ name, bins }) => ({
    caption: `${name}: mean influence by rollout accuracy`,
    head: ["α", "mean influence", "95 % interval", "queries"],
    rows: bins.map(({ accuracy, mean, interval, count }) => [
      percent(accuracy),
      significant(mean),
      accuracy === 0 || accuracy === 1 ? "exact" : rangeOf(interval, "too few"),
      whole(count),
    ]),
  })),
})}
${readinessTable(run.arms)}${measuredFigure(run.arms)}`,
  };
}

/** What real steps did, where they were taken. */
function measuredFigure(arms: readonly ArmRun[]): Html | undefined {
  const rows = arms.flatMap((arm) =>
    (arm.influence.sft?.measured ?? []).map(({ learningRate, predicted, measured: change }) => [
      armLabel(arm, arms),
      significant(learningRate),
      significant(predicted),
      significant(change),
      predicted === 0 ? "–" : html`<b>${significant(change / predicted)}</b>`,
    ]),
  );
  if (rows.length === 0) return undefined;
  return html`${table({
    caption: "One plain gradient step on all queries: what influence predicts and what really changes",
    head: ["arm", "learning rate", "predicted", "measured", "measured / predicted"],
    rows,
  })}<p class="note">Measured on the same evaluation rollouts by importance ratios. The last column goes to 1 as the rate falls, if the theory holds here.</p>`;
}

/** Readiness for GRPO and its rivals. */
function readinessTable(arms: readonly ArmRun[]): Html | undefined {
  const rows = arms.flatMap((arm) => {
    const readiness = arm.influence.sft?.readiness;
    if (readiness === undefined) return [];
    return [
      [
        armLabel(arm, arms),
        html`<b>${significant(readiness.influence)}</b><span class="interval">${rangeOf(readiness.interval, "")}</span>`,
        percent(readiness.accuracy),
        percent(readiness.passAtN),
        significant(readiness.coefficient),
        significant(readiness.gradientNorm),
      ],
    ];
  });
  if (rows.length === 0) return undefined;
  return html`${table({
    caption: "Readiness for GRPO, before it begins, and its rivals",
    head: ["arm", "mean influence on accuracy", "accuracy", "pass@N", "mean √(α(1−α))", "gradient norm"],
    rows,
  })}<p class="note">Whether any of these foretells the gain is an open question; a few runs can't answer it.</p>`;
}

function rangeOf(interval: readonly [number, number] | null, otherwise: string): string {
  return interval ? `${significant(interval[0])} to ${significant(interval[1])}` : otherwise;
}

function meanCell({ mean, interval }: InfluenceSummary["allQueries"]): Html | string {
  if (mean === undefined) return "none";
  return html`<b>${significant(mean)}</b><span class="interval">${rangeOf(pair(interval), "too few")}</span>`;
}

function pair(interval: InfluenceSummary["allQueries"]["interval"]): readonly [number, number] | null {
  return interval === "undefined" ? null : [interval.low, interval.high];
}

import type { Run } from "../../read-run.js";
import type { InfluenceFile } from "../../run-files.js";
import { armLabel, armNames } from "../arms.js";
import { heatMap } from "../charts/heat-map.js";
import { percent, significant, whole } from "../format.js";
import { html } from "../html.js";
import { figure, type Section, type Table } from "../page-parts.js";
import { shortNames } from "../short-names.js";

type Matrix = NonNullable<InfluenceFile["coInfluence"]>;
type Values = readonly (readonly (number | null)[])[];

/** Some training queries against some targets, as a heat map of each arm, with its branches. Undefined where none was measured. */
export function coInfluenceSection(run: Run): Section | undefined {
  const arms = armNames(run.arms).flatMap((name, index) => {
    const measured = run.arms.flatMap((arm) => {
      const matrix = arm.name === name ? arm.influence.sft?.coInfluence : undefined;
      if (matrix === undefined || matrix.columns.length === 0 || matrix.rows.length === 0) return [];
      return [{ name: armLabel(arm, run.arms), index, matrix: renamed(ordered(matrix)) }];
    });
    return measured.slice(0, 1);
  });
  if (arms.length === 0) return undefined;
  const largest = largestOf(arms.map(({ matrix }) => matrix.influence));
  const branches = largestOf(arms.flatMap(({ matrix }) => [matrix.positive, matrix.negative]));
  const panel = (name: string, index: number, matrix: Matrix, part: "influence" | "positive" | "negative", what: string) => ({
    title: name,
    unit: what,
    chart: heatMap({
      id: `co-influence-${part}-${index}`,
      title: `${name}: ${what} of ${matrix.columns.length} training queries on ${matrix.rows.length} targets`,
      description: describe(matrix, matrix[part]),
      rows: matrix.rows,
      columns: matrix.columns.map(({ problem, accuracy }) => `${problem} (α = ${percent(accuracy, 0)})`),
      values: matrix[part],
      largest: part === "influence" ? largest : branches,
      rowLabel: "targets",
      columnLabel: "training queries, the most helpful on the left",
    }),
  });
  return {
    id: "co-influence",
    title: "Which query helps which",
    body: html`${figure({
      id: "figure-co-influence",
      panels: arms.map(({ name, index, matrix }) => panel(name, index, matrix, "influence", "influence")),
      legend: html`<span class="key helps">helps</span> <span class="key harms">harms</span>`,
      caption: html`Influence of single training queries (columns) on single targets (rows), none of them on both sides; the mean of a column is the
query's influence on these targets. Colours grow with the square root, up to ${significant(largest)}; cells that
harm carry a bar.`,
      tables: arms.map(({ name, matrix }) => matrixTable(name, matrix)),
    })}
<details><summary>The two branches: K⁺ of right rollouts and K⁻ of wrong ones</summary>
${figure({
  id: "figure-co-influence-branches",
  panels: arms.flatMap(({ name, index, matrix }) => [
    panel(name, index, matrix, "positive", "K⁺"),
    panel(name, index, matrix, "negative", "K⁻"),
  ]),
  caption: html`Influence is √(α(1−α)) · (K⁺ − K⁻): a query helps where making its right rollouts likelier agrees with the target (K⁺ > 0), and also where making
its wrong ones less likely does (K⁻ < 0). Colours grow with the square root, up to ${significant(branches)}.`,
  tables: [],
})}</details>`,
  };
}

/** With ids cut to what tells them apart. */
function renamed(matrix: Matrix): Matrix {
  const rows = shortNames(matrix.rows);
  const columns = shortNames(matrix.columns.map(({ problem }) => problem));
  return {
    ...matrix,
    rows: matrix.rows.map(rows.short),
    columns: matrix.columns.map((column) => ({ ...column, problem: columns.short(column.problem) })),
  };
}

/** Columns from the most helpful to the most harmful, rows from the most to the least helped. */
function ordered(matrix: Matrix): Matrix {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columnMeans = matrix.columns.map((_, column) => mean(matrix.influence.map((row) => row[column] ?? 0)));
  const rowMeans = matrix.influence.map((row) => mean(row));
  const columns = [...columnMeans.keys()].sort((a, b) => (columnMeans[b] ?? 0) - (columnMeans[a] ?? 0) || a - b);
  const rows = [...rowMeans.keys()].sort((a, b) => (rowMeans[b] ?? 0) - (rowMeans[a] ?? 0) || a - b);
  const arrange = <T>(values: readonly (readonly T[])[]): T[][] =>
    rows.map((row) => columns.flatMap((column) => (values[row] ?? []).slice(column, column + 1)));
  return {
    rows: rows.map((row) => matrix.rows[row] ?? ""),
    columns: columns.flatMap((column) => matrix.columns[column] ?? []),
    influence: arrange(matrix.influence),
    positive: arrange(matrix.positive),
    negative: arrange(matrix.negative),
  };
}

function largestOf(matrices: readonly Values[]): number {
  return matrices.flat(2).reduce<number>((largest, value) => Math.max(largest, Math.abs(value ?? 0)), 0);
}

function describe({ rows, columns }: Matrix, values: Values): string {
  const known = values.flat().flatMap((value) => value ?? []);
  const helping = known.filter((value) => value > 0).length;
  const harming = known.filter((value) => value < 0).length;
  return `${whole(known.length)} pairs: ${whole(helping)} positive, ${whole(harming)} negative. First column ${columns[0]?.problem ?? ""}, last ${columns.at(-1)?.problem ?? ""}; ${rows.length} rows.`;
}

function matrixTable(name: string, { rows, columns, influence }: Matrix): Table {
  return {
    caption: `${name}: influence of training queries on targets`,
    head: ["training query", "α", "mean", ...rows],
    rows: columns.map(({ problem, accuracy }, column) => {
      const values = influence.map((row) => row[column] ?? 0);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return [problem, percent(accuracy, 0), html`<b>${significant(mean)}</b>`, ...values.map(significant)];
    }),
  };
}

import type { DatasetStatistics } from "./dataset-statistics.js";
import { type StatisticsTable, statisticsTables } from "./statistics-tables.js";

export interface StatisticsPageOptions {
  /** @defaultValue "Dataset" */
  readonly title?: string;
}

/** Draws statistics as one HTML page without scripts and without anything from elsewhere. */
export function statisticsPage(statistics: DatasetStatistics, options: StatisticsPageOptions = {}): string {
  const { title = "Dataset" } = options;
  const figures: Readonly<Record<string, string>> = {
    Operations: bars(
      statistics.operations.map(({ operations, count }) => ({ label: String(operations), count })),
      "rows by number of operations",
    ),
    Lengths: [
      histogram(statistics.prompt.tokens ?? statistics.prompt.characters, `prompt, ${statistics.prompt.tokens ? "tokens" : "characters"}`),
      histogram(
        statistics.completion.tokens ?? statistics.completion.characters,
        `completion, ${statistics.completion.tokens ? "tokens" : "characters"}`,
      ),
    ].join(""),
  };
  const sections = statisticsTables(statistics).map(
    (table) => `<section><h2>${escapeMarkup(table.title)}</h2>${figures[table.title] ?? ""}${tableMarkup(table)}</section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
${sections.join("\n")}
</main>
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; --ink: #1d1d1b; --muted: #63625d; --rule: #d9d7d0; --ground: #fbfaf7; --bar: #1c5599; }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e7e1; --muted: #a5a29a; --rule: #3a3935; --ground: #191917; --bar: #7fb2ef; } }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin: 2.4rem 0 0.6rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
th, td { padding: 0.3rem 0 0.3rem 1.6rem; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--muted); font-weight: 500; } tbody th { font-weight: 500; }
figure { margin: 0 0 1.2rem; } figcaption { color: var(--muted); font-size: 0.85rem; }
svg { display: block; width: 100%; max-width: 44rem; height: auto; } svg rect { fill: var(--bar); } svg text { fill: var(--muted); font: 12px system-ui, sans-serif; }
svg line { stroke: var(--rule); }
`;

function tableMarkup({ title, head, rows }: StatisticsTable): string {
  const heads = head.map((cell) => (cell === "" ? "<td></td>" : `<th scope="col">${escapeMarkup(cell)}</th>`)).join("");
  const body = rows
    .map(
      ([name = "", ...cells]) =>
        `<tr><th scope="row">${escapeMarkup(name)}</th>${cells.map((cell) => `<td>${escapeMarkup(cell)}</td>`).join("")}</tr>`,
    )
    .join("\n");
  const label = `role="region" aria-label="${escapeMarkup(title)}" tabindex="0"`;
  return `<div class="scroll" ${label}><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

interface Bar {
  /** Below the bar. */
  readonly label: string;
  /** What a pointer is told. @defaultValue the label */
  readonly name?: string;
  readonly count: number;
}

function histogram(lengths: DatasetStatistics["prompt"]["characters"], caption: string): string {
  if (lengths === undefined) return "";
  const bins = lengths.histogram.map(({ from, to, count }) => ({
    label: String(from),
    name: from === to ? String(from) : `${from}–${to}`,
    count,
  }));
  return bars(bins, caption);
}

/** A bar chart with counts above the bars and as few labels below as fit. */
function bars(data: readonly Bar[], caption: string): string {
  if (data.length === 0) return "";
  const [width, height, top, bottom] = [704, 170, 18, 22];
  const most = Math.max(...data.map(({ count }) => count));
  const slot = width / data.length;
  const longest = Math.max(...data.map(({ label }) => label.length)) * 7.5 + 10;
  const every = Math.max(1, Math.ceil(longest / slot));
  const shapes = data.map(({ label, name: told = label, count }, index) => {
    const size = ((height - top - bottom) * count) / most;
    const left = index * slot;
    const rectangle = `<rect x="${(left + slot * 0.1).toFixed(1)}" y="${(height - bottom - size).toFixed(1)}" width="${(slot * 0.8).toFixed(1)}" height="${size.toFixed(1)}"><title>${escapeMarkup(told)}: ${count}</title></rect>`;
    const middle = Math.min(Math.max(left + slot / 2, longest / 2 - 4), width - longest / 2 + 4).toFixed(1);
    const name = index % every === 0 ? `<text x="${middle}" y="${height - 6}" text-anchor="middle">${escapeMarkup(label)}</text>` : "";
    const peak =
      count === most ? `<text x="${middle}" y="${(height - bottom - size - 5).toFixed(1)}" text-anchor="middle">${count}</text>` : "";
    return rectangle + name + peak;
  });
  const base = `<line x1="0" x2="${width}" y1="${height - bottom}" y2="${height - bottom}"/>`;
  return `<figure><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(caption)}">${base}${shapes.join("")}</svg><figcaption>${escapeMarkup(caption)}</figcaption></figure>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeMarkup(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

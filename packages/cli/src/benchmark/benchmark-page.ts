import type { CellAccuracy } from "./results.js";

/** What a page of a dynamic evaluation says besides its numbers. */
export interface BenchmarkPageOptions {
  readonly model: string;
  readonly command: string;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] as string);
const percent = (share: number): string => (100 * share).toFixed(1);

const [width, height, left, bottom, top] = [240, 150, 36, 22, 8];

/** One HTML page with a chart for each task, accuracy by level with 95 % intervals, and the same numbers as a table. Needs nothing else. */
export function benchmarkPage(accuracies: readonly CellAccuracy[], { model, command }: BenchmarkPageOptions): string {
  const tasks = [...new Set(accuracies.map(({ task }) => task))];
  const levels = [...new Set(accuracies.map(({ level }) => level))].sort((one, other) => one - other);
  const panels = tasks
    .map((task) =>
      panel(
        task,
        accuracies.filter((cell) => cell.task === task),
        levels,
      ),
    )
    .join("\n");
  const rows = tasks.map((task) => tableRow(task, levels, accuracies)).join("\n");
  const heads = levels.map((level) => `<th scope="col">level ${level}</th>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(model)}: dynamic evaluation</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="kicker">Dynamic evaluation on PromptBench's tasks</p>
<h1>${escapeHtml(model)}</h1>
<p>Share of problems solved, by task and level of complexity. Bars are 95 % intervals (Wilson); the short line is what the most
frequent answer would get. Problems are made anew for each seed, so nobody can have seen them.</p>
</header>
<main>
<section class="panels" aria-label="Charts">
${panels}
</section>
<div class="scroll"><table>
<caption>Solved, with 95 % intervals</caption>
<thead><tr><th scope="col">task</th>${heads}</tr></thead>
<tbody>
${rows}
</tbody>
</table></div>
<p class="note">Made by <code>${escapeHtml(command)}</code></p>
</main>
</body>
</html>
`;
}

function panel(task: string, cells: readonly CellAccuracy[], levels: readonly number[]): string {
  const y = (share: number): number => top + (1 - share) * (height - top - bottom);
  const x = (level: number): number => left + ((levels.indexOf(level) + 0.5) * (width - left)) / levels.length;
  const round = (value: number): string => value.toFixed(1);
  const grid = [0, 0.5, 1].map(
    (share) =>
      `<line class="grid" x1="${left}" x2="${width}" y1="${round(y(share))}" y2="${round(y(share))}"/><text class="axis" x="${left - 5}" y="${round(y(share) + 3.5)}" text-anchor="end">${100 * share} %</text>`,
  );
  const marks = cells
    .filter(({ count }) => count > 0)
    .map(({ level, accuracy, interval: [low, high], constantAnswer, correct, count }) => {
      const [at, title] = [x(level), `level ${level}: ${correct} of ${count} solved, ${percent(low)} to ${percent(high)} %`];
      return `<g><title>${title}</title><line class="constant" x1="${round(at - 9)}" x2="${round(at + 9)}" y1="${round(y(constantAnswer))}" y2="${round(y(constantAnswer))}"/><line class="interval" x1="${round(at)}" x2="${round(at)}" y1="${round(y(high))}" y2="${round(y(low))}"/><circle cx="${round(at)}" cy="${round(y(accuracy))}" r="3.5"/></g>`;
    });
  const names = levels.map((level) => `<text class="axis" x="${round(x(level))}" y="${height - 6}" text-anchor="middle">${level}</text>`);
  const said = cells.map(({ level, accuracy }) => `level ${level} ${percent(accuracy)} %`).join(", ");
  return `<figure><figcaption>${escapeHtml(shortName(task))}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${shortName(task)}: ${said}`)}">${[...grid, ...names, ...marks].join("")}</svg></figure>`;
}

function tableRow(task: string, levels: readonly number[], accuracies: readonly CellAccuracy[]): string {
  const cells = levels.map((level) => {
    const found = accuracies.find((cell) => cell.task === task && cell.level === level);
    if (found === undefined || found.count === 0) return "<td>–</td>";
    const { accuracy, interval, count } = found;
    return `<td>${percent(accuracy)} %<br><span>${percent(interval[0])}–${percent(interval[1])}, n = ${count}</span></td>`;
  });
  return `<tr><th scope="row">${escapeHtml(shortName(task))}</th>${cells.join("")}</tr>`;
}

function shortName(task: string): string {
  return task.replace("promptbench/", "").replaceAll("_", " ");
}

const style = `
:root { color-scheme: light dark; --paper: #fffefa; --ink: #1b1b19; --muted: #5c5b55; --rule: #d8d6cc; --mark: #b23a06; }
@media (prefers-color-scheme: dark) { :root { --paper: #161614; --ink: #e9e7df; --muted: #aaa89e; --rule: #3b3a35; --mark: #f39a68; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 68rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 1.05rem/1.5 "Iowan Old Style", Palatino, "Book Antiqua", Georgia, serif; }
header p { max-width: 44rem; }
h1 { font-size: 2rem; font-weight: 500; margin: 0 0 0.5rem; overflow-wrap: anywhere; }
.kicker, .note, td span { color: var(--muted); font: 0.85rem/1.4 system-ui, sans-serif; margin: 0; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: 1.4rem 1.6rem; margin: 2rem 0; }
figure { margin: 0; }
figcaption { font: 600 0.85rem/1.4 system-ui, sans-serif; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
.grid { stroke: var(--rule); }
.axis { fill: var(--muted); font: 10px system-ui, sans-serif; }
.interval { stroke: var(--mark); stroke-width: 1.5; }
.constant { stroke: var(--muted); stroke-width: 1.5; }
circle { fill: var(--mark); }
.scroll { overflow-x: auto; margin: 0 0 1.5rem; }
table { border-collapse: collapse; font: 0.9rem/1.35 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.4rem; }
th, td { padding: 0.35rem 0 0.35rem 1.2rem; text-align: right; font-weight: 400; white-space: nowrap; }
th[scope="row"], thead th:first-child { text-align: left; padding-left: 0; }
thead th { color: var(--muted); border-bottom: 1px solid var(--ink); }
tbody tr + tr > * { border-top: 1px solid var(--rule); }
code { font-size: 0.95em; overflow-wrap: anywhere; }
`;

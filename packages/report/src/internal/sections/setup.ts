import type { Run } from "../../read-run.js";
import { armNames } from "../arms.js";
import { counted, duration, listed, percent, whole } from "../format.js";
import { html } from "../html.js";
import { type Section, table } from "../page-parts.js";

/** What the numbers cover and what they don't, counted from the run. */
export function limitsSection(run: Run, notes: readonly string[]): Section {
  const names = armNames(run.arms);
  const seeds = [...new Set(run.arms.map(({ seed }) => seed))];
  const evaluations = run.arms.flatMap((arm) => arm.evaluations);
  const sizes = [...new Set(evaluations.map(({ count }) => count))].sort((left, right) => left - right);
  const truncated = evaluations.reduce((sum, record) => sum + record.truncated, 0);
  const asked = evaluations.reduce((sum, record) => sum + record.count, 0);
  return {
    id: "limits",
    title: "What this page shows, and what it does not",
    body: html`<ul>
<li>One task (${run.file.task.name}), one model, ${counted(names.length, "arm")} (${listed(names)}), ${counted(seeds.length, "seed")} (${listed(seeds.map(String))}). It says nothing about other tasks, models or sizes.</li>
${sizes.length === 0 ? undefined : html`<li>Each evaluation asks ${sizes.map(whole).join(" or ")} problems. Of ${whole(asked)} answers ${whole(truncated)} (${percent(asked === 0 ? 0 : truncated / asked)}) ran into the token limit.</li>`}
<li>Intervals of accuracies and of gains cover which test problems were drawn. ${
      seeds.length > 1
        ? "They don't cover the training seed: see the single seeds, and Student's interval over them where it is given."
        : "They don't cover the training seed: with one seed, nothing here does."
    }</li>
<li>The arms share problems, base model and budget only as far as the config below says so.</li>
${notes.map((note) => html`<li>${note}</li>`)}
</ul>`,
  };
}

/** Config, versions, times, and how to run it again. */
export function setupSection(run: Run): Section {
  const { file, summary } = run;
  return {
    id: "setup",
    title: "How it was made, and how to repeat it",
    body: html`${
      file.command === undefined
        ? undefined
        : html`<p>Run again with:</p><pre class="command" role="region" tabindex="0" aria-label="Command that repeats the run">${file.command}</pre>
<p>Equal config, versions and machine give equal bytes; another machine may round differently.</p>`
    }
<dl><dt>task</dt><dd>${file.task.name}</dd><dt>arms and seeds</dt><dd>${armNames(file.arms)
      .map(
        (name) =>
          `${name} (seed ${file.arms
            .filter((arm) => arm.name === name)
            .map(({ seed }) => seed)
            .join(", ")})`,
      )
      .join("; ")}</dd>${summary ? html`<dt>time</dt><dd>${duration(summary.seconds)} in all</dd>` : undefined}</dl>
${
  summary && Object.keys(summary.phases).length > 0
    ? table({
        caption: "Time by phase",
        head: ["phase", "time"],
        rows: Object.entries(summary.phases).map(([name, seconds]) => [name, duration(seconds)]),
      })
    : undefined
}
<details><summary>Config</summary><pre role="region" tabindex="0" aria-label="Config">${JSON.stringify({ task: file.task, ...file.config }, null, 2)}</pre></details>
<details><summary>Versions</summary>${table({ caption: "Versions", head: ["package", "version"], rows: Object.entries(file.versions) })}</details>`,
  };
}

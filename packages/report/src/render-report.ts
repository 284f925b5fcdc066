import { html } from "./internal/html.js";
import type { Section } from "./internal/page-parts.js";
import { queryListScript } from "./internal/query-list-script.js";
import { script } from "./internal/script.js";
import { accuracyDistributionSection } from "./internal/sections/accuracy-distribution.js";
import { behaviorsSection } from "./internal/sections/behaviors.js";
import { coInfluenceSection } from "./internal/sections/co-influence.js";
import { insideSection, learningSection, onlineInfluenceSection, sftSection } from "./internal/sections/curves.js";
import { graphSection } from "./internal/sections/graph.js";
import { headlineSection } from "./internal/sections/headline.js";
import { influenceSection } from "./internal/sections/influence.js";
import { injectionSection } from "./internal/sections/injection.js";
import { operationsSection } from "./internal/sections/operations.js";
import { queriesSection } from "./internal/sections/queries.js";
import { rolloutsSection } from "./internal/sections/rollouts.js";
import { limitsSection, setupSection } from "./internal/sections/setup.js";
import { tokenInfluenceSection } from "./internal/sections/token-influence.js";
import { style } from "./internal/style.js";
import type { Run } from "./read-run.js";

export interface RenderReportOptions {
  /** Seconds after which an open page loads itself again. @defaultValue never */
  readonly refreshSeconds?: number;
}

/**
 * Renders a run as one HTML page that needs nothing else: no network, no script for numbers and charts. Equal runs give equal bytes.
 *
 * A part whose files the run does not have is left out, and the page says so.
 */
export async function renderReport(run: Run, options: RenderReportOptions = {}): Promise<string> {
  const { refreshSeconds } = options;
  const parts: readonly (readonly [Section | undefined, string])[] = [
    [headlineSection(run), "Nothing was evaluated, so there is no table of results."],
    [injectionSection(run), ""],
    [operationsSection(run), "Accuracy by operation count is left out: there is none, or all problems have one size."],
    [learningSection(run), "No GRPO step was logged, so there are no curves of reward and accuracy."],
    [
      accuracyDistributionSection(run),
      "Neither influence nor 0/1 rewards of several rollouts a problem are there after SFT, so there is no distribution of rollout accuracy.",
    ],
    [influenceSection(run), "No influence was measured after SFT."],
    [queriesSection(run), ""],
    [coInfluenceSection(run), ""],
    [tokenInfluenceSection(run), ""],
    [behaviorsSection(run), "Neither samples nor logged counts tell how often behaviours show."],
    [insideSection(run), "No GRPO step was logged, so there are no curves of entropy and length."],
    [onlineInfluenceSection(run), ""],
    [sftSection(run), "No SFT step was logged, so there is no curve of its loss."],
    [rolloutsSection(run), "There are no samples, so no rollout is shown."],
    [await graphSection(run), "There are no samples, so no graph is shown."],
  ];
  const missing = parts.flatMap(([section, note]) => (section || note === "" ? [] : [note]));
  const sections = [...parts.flatMap(([section]) => section ?? []), limitsSection(run, [...missing, ...run.notes]), setupSection(run)];
  const { name, task } = run.file;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="@bridge-rl/report">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
${refreshSeconds === undefined ? undefined : html`<meta http-equiv="refresh" content="${refreshSeconds}">`}
<title>${name} – BRIDGE run</title>
<style>${{ markup: style }}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the result</a>
<header><p class="kicker">BRIDGE run · ${task.name}</p><h1>${name}</h1>
<nav aria-label="Contents"><ol>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav></header>
<main id="main">${sections.map(
    ({ id, title, body }) => html`
<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>
${body}
</section>`,
  )}
</main>
<footer><p>Made by <a href="https://arxiv.org/abs/2505.18917">BRIDGE</a> (behavior injection) in TypeScript, from the files of the run directory alone.</p></footer>
<script>${{ markup: script + queryListScript }}</script>
</body>
</html>
`;
  return page.markup;
}

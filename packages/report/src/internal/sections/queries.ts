import type { Run } from "../../read-run.js";
import { armNames } from "../arms.js";
import { percent, significant, whole } from "../format.js";
import { type Html, html } from "../html.js";
import { type Section, table } from "../page-parts.js";
import { shortNames } from "../short-names.js";

const shown = 5;
const promptLength = 240;

/** One query as the page's list holds it: arm, problem, α, influence, interval, what it asks. */
type Entry = readonly [
  arm: number,
  problem: string,
  accuracy: number,
  influence: number,
  low: number | null,
  high: number | null,
  prompt: string,
];

/**
 * The queries that help and harm most with their text, and a list of all that can be searched and sorted. Undefined where no influence was
 * measured after SFT.
 */
export function queriesSection(run: Run): Section | undefined {
  const names = armNames(run.arms);
  const prompts = new Map(
    run.arms.flatMap(({ rollouts }) => (rollouts.sft ?? []).map(({ problem, prompt }) => [problem, prompt] as const)),
  );
  const hasSeeds = new Set(run.arms.map(({ seed }) => seed)).size > 1;
  const { shared, short } = shortNames(run.arms.flatMap(({ influence }) => (influence.sft?.queries ?? []).map(({ problem }) => problem)));
  const entries = run.arms.flatMap(({ name, seed, influence }) =>
    (influence.sft?.queries ?? []).map((query): Entry => {
      const [low, high] = query.interval ?? [null, null];
      const prompt = (prompts.get(query.problem) ?? "").slice(0, promptLength);
      return [
        names.indexOf(name),
        hasSeeds ? `${short(query.problem)}, seed ${seed}` : short(query.problem),
        tidy(query.accuracy),
        tidy(query.influence),
        low && tidy(low),
        high && tidy(high),
        prompt,
      ];
    }),
  );
  if (entries.length === 0) return undefined;
  return {
    id: "queries",
    title: "The queries that help and that harm most",
    body: html`<p>A query whose interval includes 0 may as well help as harm: read the ends of this list with that in mind.${
      shared === "" ? undefined : html` All ids begin with <code>${shared}</code>, which is left out.`
    }</p>
${names.map((name, arm) =>
  extremes(
    name,
    entries.filter((entry) => entry[0] === arm),
  ),
)}
<div id="query-list" hidden data-arms="${JSON.stringify(names)}" data-shared="${shared}"><h3>All ${whole(entries.length)} queries</h3></div>
<script type="application/json" id="query-data">${{ markup: JSON.stringify(entries).replaceAll("<", "\\u003c") }}</script>`,
  };
}

function extremes(name: string, entries: readonly Entry[]): Html | undefined {
  const ranked = entries.toSorted((left, right) => right[3] - left[3]);
  const helpful = ranked.filter((entry) => entry[3] > 0).slice(0, shown);
  const harmful = ranked.filter((entry) => entry[3] < 0).slice(-shown);
  if (helpful.length + harmful.length === 0) return undefined;
  return table({
    caption: `${name}: the ${helpful.length} most helpful and the ${harmful.length} most harmful of ${whole(ranked.length)} queries`,
    head: ["query", "influence", "95 % interval", "α", "what it asks"],
    rows: [...helpful, ...harmful].map(([, problem, accuracy, influence, low, high, prompt]) => [
      html`<span class="query-id">${problem}</span>`,
      html`<b>${significant(influence)}</b>`,
      low === null || high === null ? "too few rollouts" : `${significant(low)} to ${significant(high)}`,
      percent(accuracy),
      html`<span class="prompt-line">${prompt === "" ? "not among the samples" : prompt}</span>`,
    ]),
  });
}

/** Five digits are more than anybody reads. */
function tidy(value: number): number {
  return Number(value.toPrecision(5));
}

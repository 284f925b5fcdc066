import { addBehaviors } from "@bridge-rl/influence";
import type { Run } from "../../read-run.js";
import type { InfluenceFile } from "../../run-files.js";
import { armLabel, armNames } from "../arms.js";
import { significant } from "../format.js";
import { type Html, html } from "../html.js";
import { type Section, table } from "../page-parts.js";
import { shortNames } from "../short-names.js";

type TokenRollout = NonNullable<InfluenceFile["tokens"]>[number];

const levels = 4;
const listedTokens = 8;

/** Rollouts with each token shaded by the influence it carries, and what each behaviour carries. Undefined where neither is known. */
export function tokenInfluenceSection(run: Run): Section | undefined {
  const arms = armNames(run.arms).flatMap((name) => {
    const own = run.arms.filter((arm) => arm.name === name);
    const behaviors = behaviorRows(
      name,
      own.flatMap(({ influence: { sft } }) => sft ?? []),
    );
    const shown = own.flatMap((arm) => {
      const { tokens = [] } = arm.influence.sft ?? {};
      return tokens.length > 0 ? [{ label: armLabel(arm, run.arms), tokens }] : [];
    })[0];
    return shown || behaviors.length > 0 ? [{ name, shown, behaviors }] : [];
  });
  if (arms.length === 0) return undefined;
  const { short } = shortNames(run.arms.flatMap(({ influence: { sft } }) => (sft?.queries ?? []).map(({ problem }) => problem)));
  const behaviors = arms.flatMap((arm) => arm.behaviors);
  return {
    id: "token-influence",
    title: "Which words carry the influence",
    body: html`${
      behaviors.length === 0
        ? undefined
        : html`${table({
            caption: "Influence by behaviour, mean over all queries",
            head: ["arm", "behaviour", "influence", "through right rollouts", "through wrong rollouts", "per 1,000 tokens"],
            rows: behaviors,
          })}<p class="note">The parts of an arm add up to its mean influence over all queries; per 1,000 tokens is a query's influence for so many tokens of the behaviour. Through right rollouts: making such tokens likelier where the answer was right;
through wrong ones: making them less likely where it was wrong. Behaviours are told by their wording; <i>plain</i> is everything else.</p>`
    }
${arms.map(({ name, shown }) =>
  shown === undefined
    ? undefined
    : html`<h3>${shown.label}</h3><p class="legend"><span class="tok p4">helps</span> <span class="tok n4">harms</span>: training on the rollout changes the targets through these tokens</p><div class="answers">${shown.tokens.map((rollout, position) => shaded(name, { ...rollout, problem: short(rollout.problem) }, position))}</div>`,
)}`,
  };
}

/** What each behaviour carries, over the queries of all seeds. */
function behaviorRows(name: string, files: readonly InfluenceFile[]): (Html | string)[][] {
  const told = files.filter(({ behaviors }) => behaviors !== undefined);
  const queries = told.reduce((sum, file) => sum + file.queries.length, 0);
  return addBehaviors(told.flatMap(({ behaviors = [] }) => behaviors)).map(
    ({ behavior, tokens, influence, throughCorrect, throughWrong }) => [
      name,
      behavior,
      html`<b>${significant(influence / queries)}</b>`,
      significant(throughCorrect / queries),
      significant(throughWrong / queries),
      tokens === 0 ? "–" : significant((1000 * influence) / tokens),
    ],
  );
}

function shaded(name: string, { problem, reward, tokens, influence }: TokenRollout, position: number): Html {
  const largest = influence.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const ranked = tokens
    .map((token, index) => ({ token, index, value: influence[index] ?? 0 }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.index - b.index)
    .slice(0, listedTokens);
  const total = influence.reduce((sum, value) => sum + value, 0);
  return html`<div class="answer shaded"><p class="panel-title">query ${problem} <span class="unit">reward ${reward}, carries ${significant(total)}</span></p><pre role="region" tabindex="0" aria-label="Rollout ${position + 1} of ${name}, shaded by influence">${tokens.map(
    (token, index) => {
      const value = influence[index] ?? 0;
      const level = largest === 0 ? 0 : Math.round((levels * Math.abs(value)) / largest);
      return level === 0 ? html`${token}` : html`<span class="tok ${value < 0 ? "n" : "p"}${level}">${token}</span>`;
    },
  )}</pre><details><summary>The ${ranked.length} tokens that carry most</summary>${table({
    caption: `${name}, ${problem}: tokens by influence`,
    head: ["token", "place", "influence"],
    rows: ranked.map(({ token, index, value }) => [html`<code>${token}</code>`, index + 1, significant(value)]),
  })}</details></div>`;
}

import type { ArmRun, Run } from "../../read-run.js";
import type { RolloutSample, RunStage } from "../../run-files.js";
import { armNames } from "../arms.js";
import { counted } from "../format.js";
import { type Html, html } from "../html.js";
import { markedText } from "../marked-text.js";
import type { Section } from "../page-parts.js";
import { behaviorKindsOf } from "./behaviors.js";

const problemsShown = 3;

interface ArmSamples {
  readonly name: string;
  readonly index: number;
  readonly seed: number;
  readonly samples: readonly RolloutSample[];
}

/** The first rollout of each arm on the first three problems, behaviours marked. Undefined without samples. */
export function rolloutsSection(run: Run): Section | undefined {
  const stage = latestStage(run.arms);
  if (!stage) return undefined;
  const arms = samplesOf(run, stage);
  const problems = shownProblems(arms);
  const seeds = [...new Set(arms.map(({ seed }) => seed))];
  return {
    id: "rollouts",
    title: "Three problems, as each arm answers them",
    body: html`<p>The first ${counted(problems.length, "problem")} of the sample${arms.length > 1 ? " that all arms were asked" : ""}, and of each the first rollout ${
      stage === "grpo" ? "after GRPO" : stage === "sft" ? "after SFT" : "of the base model"
    } (seed ${seeds.join(", ")}). Nothing is selected.</p>
<p class="legend">Behaviours: ${behaviorKindsOf(run).map(({ kind, title }, position) => html`${position > 0 ? " " : ""}<mark class="${kind}">${title}</mark>`)}</p>
${problems.map((problem, position) => problemBlock(problem, position, arms))}`,
  };
}

/** The last stage that has samples. */
export function latestStage(arms: readonly ArmRun[]): RunStage | undefined {
  const stages: readonly RunStage[] = ["grpo", "sft", "base"];
  return stages.find((stage) => arms.some(({ rollouts }) => (rollouts[stage] ?? []).some((sample) => sample.rollouts.length > 0)));
}

/** Each arm's samples of a stage, of the first seed that has some. */
export function samplesOf(run: Run, stage: RunStage): ArmSamples[] {
  return armNames(run.arms).flatMap((name, index) => {
    const arm = run.arms.find((candidate) => candidate.name === name && candidate.rollouts[stage]);
    const samples = arm?.rollouts[stage];
    return arm && samples ? [{ name, index, seed: arm.seed, samples }] : [];
  });
}

/** Problems that every arm was asked; where there are none, those of the first arm. */
export function shownProblems(arms: readonly ArmSamples[]): readonly RolloutSample[] {
  const first = arms[0]?.samples.filter(({ rollouts }) => rollouts.length > 0) ?? [];
  const shared = first.filter(({ problem }) => arms.every(({ samples }) => samples.some((sample) => sample.problem === problem)));
  return (shared.length > 0 ? shared : first).slice(0, problemsShown);
}

function problemBlock(problem: RolloutSample, position: number, arms: readonly ArmSamples[]): Html {
  const answers = arms.flatMap(({ name, index, samples }) => {
    const rollout = samples.find((sample) => sample.problem === problem.problem)?.rollouts[0];
    return rollout ? [{ name, index, rollout }] : [];
  });
  const id = `problem-${position + 1}`;
  return html`<section class="problem" aria-labelledby="${id}"><h3 id="${id}">Problem ${position + 1}: ${counted(problem.operations, "operation")}, answer ${String(problem.answer)}</h3>
<pre class="prompt" role="region" tabindex="0" aria-label="Prompt of problem ${position + 1}">${problem.prompt}</pre>
<div class="answers">${answers.map(
    ({ name, index, rollout }) => html`
<div class="answer arm-${index % 6}"><p class="panel-title">${name} <span class="unit">reward ${rollout.reward}${rollout.reward === 1 ? ", right" : rollout.reward === 0 ? ", wrong" : ""}${
      rollout.finishReason === "length" ? ", cut off at the token limit" : ""
    }</span></p><pre role="region" tabindex="0" aria-label="Rollout of ${name} on problem ${position + 1}">${markedText(rollout.text, rollout.marks)}</pre></div>`,
  )}</div></section>`;
}

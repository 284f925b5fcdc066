import type { BehaviorMark } from "@bridge-rl/spec";
import type { Run } from "../../read-run.js";
import type { RolloutSample, RunStage } from "../../run-files.js";
import { armNames } from "../arms.js";
import { fixed, percent, whole } from "../format.js";
import { type Html, html } from "../html.js";
import { type Section, table } from "../page-parts.js";
import { curveFigure } from "./curves.js";

interface BehaviorKind {
  readonly kind: BehaviorMark["kind"];
  readonly title: string;
  readonly meaning: string;
}

/** What each kind of mark is called, and what it is a sign of. */
const behaviorKinds: readonly BehaviorKind[] = [
  { kind: "attempt", title: "attempt", meaning: "turns to a quantity that is still locked, names what is missing, returns" },
  { kind: "restate", title: "restate", meaning: "repeats a premise before using it" },
  { kind: "stepwise", title: "stepwise", meaning: "computes one operation at a time" },
  { kind: "check", title: "check", meaning: "computes a value again" },
  { kind: "plan", title: "plan", meaning: "lists what is needed before computing it" },
  { kind: "estimate", title: "estimate", meaning: "says between which bounds a value lies before computing it" },
  { kind: "retract", title: "retract", meaning: "takes a wrong value back" },
];

/** The paper's kinds, and those of the others that a run's rollouts show. */
export function behaviorKindsOf(run: Run): readonly BehaviorKind[] {
  const seen = new Set<BehaviorMark["kind"]>(["attempt", "restate", "stepwise"]);
  for (const { rollouts } of run.arms) {
    for (const samples of Object.values(rollouts)) {
      for (const sample of samples) for (const { marks } of sample.rollouts) for (const { kind } of marks) seen.add(kind);
    }
  }
  return behaviorKinds.filter(({ kind }) => seen.has(kind));
}

const stages: readonly { readonly key: RunStage; readonly title: string }[] = [
  { key: "sft", title: "after SFT" },
  { key: "grpo", title: "after GRPO" },
];

/** How often behaviours show in rollouts, before and after GRPO and on the way. Undefined where neither is known. */
export function behaviorsSection(run: Run): Section | undefined {
  const kinds = behaviorKindsOf(run);
  const rows = armNames(run.arms).flatMap((name) =>
    stages.flatMap(({ key, title }) => {
      const samples = run.arms.filter((arm) => arm.name === name).flatMap((arm) => arm.rollouts[key] ?? []);
      return samples.some(({ rollouts }) => rollouts.length > 0) ? [row(name, title, samples, kinds)] : [];
    }),
  );
  const curves = curveFigure(
    run,
    "figure-behaviors",
    kinds.map(({ kind, title }) => ({ phase: "grpo", metric: `behaviors/${kind}`, title, unit: "marks a completion" })),
    "Marks of behaviours in the training rollouts of each step.",
  );
  if (rows.length === 0 && !curves) return undefined;
  return {
    id: "behaviors",
    title: "Behaviours in rollouts",
    body: html`<p>Counted by the wording that a behaviour leaves in the text: ${kinds.map(
      ({ title, meaning }, position) => html`${position > 0 ? "; " : ""}<i>${title}</i> – ${meaning}`,
    )}. Wording is a sign of a behaviour, not a proof of it.</p>
${
  rows.length === 0
    ? undefined
    : table({
        caption: "Marks a rollout, and share of rollouts with at least one",
        head: ["arm", "stage", ...kinds.map(({ title }) => title), "rollouts"],
        rows,
      })
}
${curves}`,
  };
}

function row(name: string, stage: string, samples: readonly RolloutSample[], kinds: readonly BehaviorKind[]): (Html | string)[] {
  const rollouts = samples.flatMap((sample) => sample.rollouts);
  return [
    name,
    stage,
    ...kinds.map(({ kind }) => {
      const counts = rollouts.map(({ marks }) => marks.filter((mark) => mark.kind === kind).length);
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
      const share = counts.filter((count) => count > 0).length / counts.length;
      return html`<b>${fixed(mean, 2)}</b><span class="interval">in ${percent(share, 0)}</span>`;
    }),
    whole(rollouts.length),
  ];
}

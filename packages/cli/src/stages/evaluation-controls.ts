import type { Policy } from "@bridge-rl/spec";
import { type CheckpointStore, defined, type TrainingControls, type TrainingEvaluation } from "@bridge-rl/training";
import type { SelectConfig } from "../pipeline/pipeline-config.js";
import type { StageContext } from "../pipeline/stages.js";

interface WatchOptions {
  /** Steps between two evaluations; 0 is never. */
  readonly every: number;
  readonly evaluate: TrainingEvaluation["evaluate"];
  readonly select: SelectConfig | undefined;
}

/** What a stage's trainer evaluates as it goes on, and whom it calls, as a config says. */
export function evaluationControls(
  { config, arm, seed }: StageContext,
  { every, evaluate, select }: WatchOptions,
): Pick<TrainingControls, "evaluation" | "callbacks"> {
  return {
    callbacks: config.callbacks?.({ name: arm, seed }),
    ...(every > 0 && { evaluation: { every, evaluate, ...(select && { select: selectionOf(select) }) } }),
  };
}

/** Goes back to the best policy of a training that is over, where the config wants that one and some evaluation found it. */
export async function takeBest(policy: Policy, store: CheckpointStore, select: SelectConfig | undefined): Promise<void> {
  const best = select?.takeBest === true ? store.policyDirectory("best") : undefined;
  if (best !== undefined) await policy.load(best);
}

/** As the trainer takes it: whether the best one is taken is nothing that its checkpoints depend on. */
function selectionOf({ metric, best, minimumImprovement, patience }: SelectConfig): NonNullable<TrainingEvaluation["select"]> {
  return { metric, ...defined({ best, minimumImprovement, patience }) };
}

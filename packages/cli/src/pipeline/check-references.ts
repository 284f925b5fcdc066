import { resolveArm } from "../resolve/resolve-arm.js";
import { resolveModelDirectory } from "../resolve/resolve-model.js";
import { resolveReward, resolveWeightedReward } from "../resolve/resolve-reward.js";
import type { PipelineConfig, Task } from "./pipeline-config.js";

/**
 * Looks up everything that a config names before the run writes anything: the model, behaviours and rewards with their options, problem sources.
 *
 * @throws BridgeError what looking it up throws
 */
export async function checkReferences(config: PipelineConfig, task: Task, base: string): Promise<void> {
  if (typeof config.baseModel === "string") await resolveModelDirectory(config.baseModel, base);
  for (const [name, arm] of Object.entries(config.arms)) await resolveArm(name, arm, base);
  if (config.reward !== undefined) await resolveReward(config.reward, base);
  for (const choice of config.grpo?.rewards ?? []) await resolveWeightedReward(choice, base);
  const seed = config.seeds?.[0] ?? 1;
  for (const { options = {} } of config.grpo?.curriculum ?? []) task.problems("grpo", seed, options);
  for (const purpose of ["sft", "grpo", "influence", "in-distribution", "out-of-distribution"] as const) task.problems(purpose, seed);
}

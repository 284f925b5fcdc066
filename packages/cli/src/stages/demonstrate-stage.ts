import { demonstrate } from "@bridge-rl/behaviors";
import type { Demonstration } from "@bridge-rl/spec";
import type { StageContext, Stages } from "../pipeline/stages.js";
import { resolveArm } from "../resolve/resolve-arm.js";
import { sampleDemonstrations } from "./sample-demonstrations.js";

/**
 * Makes the arm's demonstrations. All arms of a seed share problems, prompts and the random streams of orders and wording; one by rejection
 * sampling has the model write them.
 */
export const demonstrateStage: Stages["demonstrate"] = async (context, { problems, source, model }) => {
  const choice = context.config.arms[context.arm] ?? {};
  const { phrasebook } = source;
  const { seed } = context;
  const own = typeof choice === "string" ? undefined : choice.demonstrate;
  const sampled = typeof choice === "string" ? undefined : choice.rejectionSampling;
  if (sampled !== undefined && model !== undefined) return sampleDemonstrations(context, { problems, source, model }, sampled);
  const arm = await resolveArm(context.arm, choice, context.base);
  const all: Demonstration[] = [];
  for (const problem of problems) all.push(...(own ? own(problem, { phrasebook, seed }) : demonstrate(problem, phrasebook, arm, seed)));
  reportDone(context, all.length);
  return all;
};

function reportDone({ progress }: StageContext, count: number): void {
  progress.update({ phase: "demonstrations", done: count, total: count });
}

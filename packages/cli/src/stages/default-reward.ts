import type { ProblemSource, Reward } from "@bridge-rl/spec";

/** How a source says that its answers are judged; where it says nothing, exactly as its phrasebook writes them. */
export async function defaultReward({ reward }: Pick<ProblemSource, "reward">): Promise<Reward> {
  if (reward !== undefined) return reward;
  const { exactAnswer } = await import("@bridge-rl/igsm");
  return exactAnswer();
}

import type { Reward } from "@bridge-rl/spec";

/** The boxed answer behind the thinking part: right or wrong. */
export async function defaultReward(): Promise<Reward> {
  const { exactAnswer } = await import("@bridge-rl/igsm");
  return exactAnswer();
}

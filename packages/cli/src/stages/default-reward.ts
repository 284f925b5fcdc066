import type { ProblemSource, Reward } from "@bridge-rl/spec";
import { exactAnswerReward } from "@bridge-rl/training";

/** How a source says that its answers are judged; where it says nothing, exactly as its phrasebook writes them. */
export function defaultReward({ reward }: Pick<ProblemSource, "reward">): Reward {
  return reward ?? exactAnswerReward();
}

import { BridgeError, type Phrasebook, type Problem, type Reward, type Rollout } from "@bridge-rl/spec";

/**
 * Asks a reward for its score of one rollout.
 *
 * @throws BridgeError `reward-failed` where the reward throws or gives no finite number, with the problem and the completion
 */
export async function scoreRollout(
  reward: Reward,
  problem: Problem,
  phrasebook: Phrasebook,
  rollout: Pick<Rollout, "text" | "finishReason">,
): Promise<number> {
  const place = `on problem ${problem.id}, completion ${JSON.stringify(rollout.text)}`;
  let score: number;
  try {
    score = await reward.score({ problem, completion: rollout.text, phrasebook, finishReason: rollout.finishReason });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeError("reward-failed", `reward ${reward.name} threw "${reason}" ${place}`, { cause: error });
  }
  if (typeof score !== "number" || !Number.isFinite(score)) {
    throw new BridgeError("reward-failed", `reward ${reward.name} gave ${String(score)} ${place}; return a finite number`);
  }
  return score;
}

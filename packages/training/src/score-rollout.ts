import { BridgeError, type Phrasebook, type Problem, type Reward, type Rollout } from "@bridge-rl/spec";

/** What happens to a rollout whose reward throws, gives no finite number, or takes too long. */
export interface RewardPolicy {
  /**
   * `fail` stops with the problem and the completion in the message. `drop` makes the score NaN: the rollout has no part in its group's mean
   * and no advantage. A number is the score. What was dropped or replaced is told (`rewardFailures` of a group, `onError` of one score), never
   * passed over.
   *
   * @defaultValue "fail"
   */
  readonly onFailure?: "fail" | "drop" | { readonly score: number };
  /** Milliseconds that an asynchronous reward may take. A reward that never gives up the thread can't be interrupted. @defaultValue none */
  readonly timeout?: number;
  /** Scores that one reward is asked for at the same time. @defaultValue all */
  readonly concurrency?: number;
}

export interface ScoreRolloutOptions extends Omit<RewardPolicy, "concurrency"> {
  /** Receives each failure that doesn't stop the run. */
  readonly onError?: (error: BridgeError) => void;
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

/**
 * Asks a reward for its score of one rollout.
 *
 * @throws BridgeError `reward-failed` where the reward throws, gives no finite number or is too slow, with the problem and the completion,
 *   unless `onFailure` says otherwise; `cancelled` after the signal
 */
export async function scoreRollout(
  reward: Reward,
  problem: Problem,
  phrasebook: Phrasebook,
  rollout: Pick<Rollout, "text" | "finishReason"> & Partial<Pick<Rollout, "completionIds">>,
  options: ScoreRolloutOptions = {},
): Promise<number> {
  const { onFailure = "fail", onError } = options;
  try {
    return await strictScore(reward, problem, phrasebook, rollout, options);
  } catch (error) {
    if (onFailure === "fail" || !BridgeError.isInstance(error) || error.code !== "reward-failed") throw error;
    onError?.(error);
    return onFailure === "drop" ? Number.NaN : onFailure.score;
  }
}

async function strictScore(
  reward: Reward,
  problem: Problem,
  phrasebook: Phrasebook,
  rollout: Pick<Rollout, "text" | "finishReason"> & Partial<Pick<Rollout, "completionIds">>,
  { timeout, signal }: ScoreRolloutOptions,
): Promise<number> {
  const place = `on problem ${problem.id}, completion ${JSON.stringify(rollout.text)}`;
  const { text: completion, finishReason, completionIds } = rollout;
  const tokens = completionIds === undefined ? {} : { tokens: completionIds.length };
  let score: number;
  try {
    score = await withinTime(timeout, signal, (own) =>
      reward.score({ problem, completion, phrasebook, finishReason, ...tokens, signal: own }),
    );
  } catch (error) {
    if (signal?.aborted) throw new BridgeError("cancelled", `reward ${reward.name} was waited for ${place}`, { cause: signal.reason });
    const reason = error instanceof Error ? error.message : String(error);
    throw new BridgeError("reward-failed", `reward ${reward.name} threw "${reason}" ${place}`, { cause: error });
  }
  if (typeof score !== "number" || !Number.isFinite(score)) {
    throw new BridgeError("reward-failed", `reward ${reward.name} gave ${String(score)} ${place}; return a finite number`);
  }
  return score;
}

/** Waits for some work, at most for a time or until a signal; the work's own signal is then aborted. */
async function withinTime(
  timeout: number | undefined,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => number | Promise<number>,
): Promise<number> {
  const own = new AbortController();
  const result = work(own.signal);
  if (typeof result === "number") return result;
  if (timeout === undefined && signal === undefined) return result;
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const given = new Promise<never>((_, reject) => {
    if (timeout !== undefined) timer = setTimeout(() => reject(new Error(`no score within ${timeout} ms`)), timeout);
    stop = () => reject(signal?.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([result, given]);
  } catch (error) {
    own.abort(error);
    // What the abandoned work still throws belongs to nobody.
    Promise.resolve(result).catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal?.removeEventListener("abort", stop);
  }
}

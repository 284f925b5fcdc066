import { BridgeError } from "@bridge-rl/spec";

/** A run of completion tokens in which a behaviour shows. */
export interface TokenMark {
  readonly behavior: string;
  /** First token of the completion, from 0. */
  readonly start: number;
  /** Behind the last token. */
  readonly end: number;
}

/** The part of a sum over tokens that falls to one behaviour. */
export interface BehaviorShare {
  /** The behaviour's name, or `plain` for tokens without a mark. */
  readonly behavior: string;
  readonly tokens: number;
  readonly score: number;
}

/**
 * Splits a rollout's per-token scores by behaviour. Every token counts once, so the parts add up to the rollout's score.
 *
 * Where marks overlap, the shortest one takes the token: the innermost says most precisely what the token does.
 *
 * @param tokenScores  one per completion token
 * @returns one share for each behaviour that has a token, in the order of first appearance in the rollout
 * @throws BridgeError `invalid-input` for a mark outside of the completion
 */
export function behaviorShares(tokenScores: ArrayLike<number>, marks: readonly TokenMark[]): BehaviorShare[] {
  const owners: string[] = new Array(tokenScores.length).fill("plain");
  for (const mark of marks.toSorted((a, b) => b.end - b.start - (a.end - a.start))) {
    if (!(mark.start >= 0 && mark.start <= mark.end && mark.end <= tokenScores.length)) {
      throw new BridgeError(
        "invalid-input",
        `a mark of ${mark.behavior} covers tokens ${mark.start} to ${mark.end} of a completion of ${tokenScores.length}; pass ranges within it`,
      );
    }
    owners.fill(mark.behavior, mark.start, mark.end);
  }
  const shares = new Map<string, { tokens: number; score: number }>();
  for (const [token, behavior] of owners.entries()) {
    const share = shares.get(behavior) ?? { tokens: 0, score: 0 };
    shares.set(behavior, { tokens: share.tokens + 1, score: share.score + (tokenScores[token] as number) });
  }
  return [...shares].map(([behavior, share]) => ({ behavior, ...share }));
}

import { BridgeError } from "@bridge-rl/spec";

/** Indices `start … start + count − 1` of a source. */
export interface ProblemRange {
  readonly start: number;
  readonly count: number;
}

/** The `shard`-th of `of` equal parts, counted from 1, as in 3/8. */
export interface Shard {
  readonly shard: number;
  readonly of: number;
}

/**
 * The part of a range that one of several workers makes. Together the shards are the whole: none overlap, and one behind the other they
 * stand in its order. Their lengths differ by one at most.
 *
 * @throws BridgeError `invalid-option` for a shard that is not among them, or a range that can't be cut
 */
export function shardRange({ start, count }: ProblemRange, { shard, of }: Shard): ProblemRange {
  if (!Number.isSafeInteger(of) || !Number.isSafeInteger(shard) || shard < 1 || shard > of) {
    throw new BridgeError("invalid-option", `there is no shard ${shard}/${of}; shards are counted from 1/${of} to ${of}/${of}`);
  }
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(count) || start < 0 || count < 0) {
    throw new BridgeError("invalid-option", `${count} problems from ${start} can't be cut into shards; give whole numbers`);
  }
  const [whole, rest] = [Math.floor(count / of), count % of];
  const from = whole * (shard - 1) + Math.min(shard - 1, rest);
  return { start: start + from, count: whole + (shard <= rest ? 1 : 0) };
}

import { BridgeError } from "@bridge-rl/spec";

/** How a token is chosen from a distribution. */
export interface DrawOptions {
  /** Takes the likeliest token, of equals the lowest id. */
  readonly greedy: boolean;
  /** 0 keeps all. */
  readonly topK: number;
  /** 1 keeps all. */
  readonly topP: number;
  /** A share of the largest probability; 0 keeps all. @defaultValue 0 */
  readonly minP?: number;
}

export interface DrawnToken {
  readonly id: number;
  /** Under the distribution after top-k, top-p and min-p; for a greedy choice under the whole one. */
  readonly logProbability: number;
}

/**
 * Chooses a token by inverting the cumulative distribution.
 *
 * @param probabilities  next-token probabilities after the temperature, summing to about 1
 * @param uniform        in [0, 1)
 * @throws BridgeError `non-finite`
 */
export function drawToken(probabilities: Float32Array, uniform: number, options: DrawOptions): DrawnToken {
  const total = sumOf(probabilities);
  if (!(total > 0 && Number.isFinite(total))) {
    throw new BridgeError("non-finite", "the model's next-token probabilities are not finite; its weights may have diverged");
  }
  if (options.greedy) {
    const id = likeliest(probabilities);
    return { id, logProbability: Math.log((probabilities[id] as number) / total) };
  }
  const kept = options.topK === 0 && options.topP >= 1 && !options.minP ? undefined : keep(probabilities, total, options);
  const mass = kept === undefined ? total : kept.reduce((sum, id) => sum + (probabilities[id] as number), 0);
  const id = kept === undefined ? invert(probabilities, uniform * mass) : invertAmong(probabilities, kept, uniform * mass);
  return { id, logProbability: Math.log((probabilities[id] as number) / mass) };
}

function sumOf(probabilities: Float32Array): number {
  let sum = 0;
  for (let id = 0; id < probabilities.length; id++) sum += probabilities[id] as number;
  return sum;
}

function likeliest(probabilities: Float32Array): number {
  let best = 0;
  for (let id = 1; id < probabilities.length; id++) if ((probabilities[id] as number) > (probabilities[best] as number)) best = id;
  return best;
}

function invert(probabilities: Float32Array, target: number): number {
  let sum = 0;
  let last = 0;
  for (let id = 0; id < probabilities.length; id++) {
    const probability = probabilities[id] as number;
    if (probability === 0) continue;
    last = id;
    sum += probability;
    if (sum > target) break;
  }
  return last;
}

function invertAmong(probabilities: Float32Array, kept: readonly number[], target: number): number {
  let sum = 0;
  for (const id of kept) {
    sum += probabilities[id] as number;
    if (sum > target) return id;
  }
  return kept.at(-1) as number;
}

/** The tokens that top-k, then top-p of what is left, then min-p keep; likeliest first, of equals the lowest id first. */
function keep(probabilities: Float32Array, total: number, { topK, topP, minP = 0 }: DrawOptions): number[] {
  const limit = topK === 0 ? probabilities.length : Math.min(topK, probabilities.length);
  // Tokens up to this probability weigh less than 1 − topP together, so none of them is needed to reach topP.
  const negligible = topK === 0 ? ((1 - topP) * total) / probabilities.length : kthLargest(probabilities, limit);
  const lowest = minP === 0 ? 0 : minP * (probabilities[likeliest(probabilities)] as number);
  const candidates: number[] = [];
  for (let id = 0; id < probabilities.length; id++) if ((probabilities[id] as number) >= negligible) candidates.push(id);
  candidates.sort((one, other) => (probabilities[other] as number) - (probabilities[one] as number) || one - other);
  const largest = candidates.slice(0, limit);
  const likely = (ids: number[]): number[] => (minP === 0 ? ids : ids.filter((id) => (probabilities[id] as number) >= lowest));
  if (topP >= 1) return likely(largest);
  const threshold = topP * (topK === 0 ? total : largest.reduce((sum, id) => sum + (probabilities[id] as number), 0));
  let sum = 0;
  const enough = largest.findIndex((id) => {
    sum += probabilities[id] as number;
    return sum >= threshold;
  });
  return likely(enough === -1 ? largest : largest.slice(0, enough + 1));
}

function kthLargest(probabilities: Float32Array, k: number): number {
  return probabilities.slice().sort()[probabilities.length - k] as number;
}

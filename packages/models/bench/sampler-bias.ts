import type { Policy, Rollout, SampleRequest, Sampler } from "@bridge-rl/spec";

/** How far the tokens of a sampler in 8 bits are from the policy's. */
export interface SamplerBias {
  readonly tokens: number;
  /** Mean and largest |log π_policy − log π_sampler| of the tokens drawn. */
  readonly meanDifference: number;
  readonly largestDifference: number;
  /** KL(sampler ‖ policy) in nats for each token, by the estimate e^d − d − 1. */
  readonly divergence: number;
  /** What importance sampling rests on: the mean of π_policy / π_sampler, which is 1 in expectation, and its standard error over rollouts. */
  readonly meanRatio: number;
  readonly meanRatioError: number;
  /** Share of the ratios above 2, which truncation at 2 cuts. */
  readonly cut: number;
  /** Share of greedy tokens that differ where all earlier ones agree. */
  readonly greedy: number;
}

/** Draws rollouts in 8 bits, scores them by the policy, and compares the greedy tokens of both precisions. */
export async function measureSamplerBias(
  policy: Policy,
  sampler: Sampler,
  requests: readonly SampleRequest[],
  maxTokens: number,
): Promise<SamplerBias> {
  const rollouts = await sampler.sample(requests, { maxTokens, precision: "int8" });
  const scored = await policy.logProbabilities(rollouts);
  let [tokens, difference, largest, divergence, cut] = [0, 0, 0, 0, 0];
  const means: number[] = [];
  for (const [index, { logProbabilities }] of rollouts.entries()) {
    let ratios = 0;
    for (const [token, sampled] of logProbabilities.entries()) {
      const distance = (scored[index]?.logProbabilities[token] as number) - sampled;
      tokens++;
      difference += Math.abs(distance);
      largest = Math.max(largest, Math.abs(distance));
      divergence += Math.expm1(distance) - distance;
      cut += Number(distance > Math.LN2);
      ratios += Math.exp(distance);
    }
    means.push(ratios);
  }
  const meanRatio = means.reduce((sum, value) => sum + value, 0) / tokens;
  // rollouts are independent, their tokens are not
  const spread = Math.sqrt(
    rollouts.reduce((sum, { completionIds }, index) => sum + ((means[index] as number) - meanRatio * completionIds.length) ** 2, 0),
  );
  const single = requests.map((request) => ({ ...request, count: 1 }));
  const [one, other] = [
    await sampler.sample(single, { maxTokens, temperature: 0 }),
    await sampler.sample(single, { maxTokens, temperature: 0, precision: "int8" }),
  ];
  return {
    ...{ tokens, meanDifference: difference / tokens, largestDifference: largest, divergence: divergence / tokens },
    ...{ meanRatio, meanRatioError: spread / tokens, cut: cut / tokens, greedy: greedyDifference(one, other) },
  };
}

function greedyDifference(one: readonly Rollout[], other: readonly Rollout[]): number {
  let [compared, different] = [0, 0];
  for (const [index, { completionIds }] of one.entries()) {
    const ids = other[index]?.completionIds ?? completionIds;
    const first = completionIds.findIndex((id, place) => id !== ids[place]);
    compared += first === -1 ? completionIds.length : first + 1;
    different += Number(first !== -1);
  }
  return different / compared;
}

import type { SampleRequest } from "@bridge-rl/spec";
import { divideWork } from "../policy/divide-work.js";
import type { RequestPart, Sample } from "./sample-plan.js";

/** What running a prompt's token costs beside drawing one, for which all weights are read for a few rows alone. */
const promptTokenCost = 0.25;

/**
 * Divides the samples of requests into parts of about equal work, one after the other: all rollouts of the first part come before those of the
 * second. A request is cut where that evens out more than running its prompt twice costs.
 *
 * @param samples  of all requests, as `planSamples` lays them out
 */
export function divideRequests(requests: readonly SampleRequest[], samples: readonly Sample[], count: number): RequestPart[][] {
  const ends = divideWork(
    samples.map(({ request, promptIds, limit }) => ({ group: request, groupCost: promptTokenCost * promptIds.length, cost: limit })),
    count,
  );
  return ends.map((end, part) => {
    const own = samples.slice(ends[part - 1] ?? 0, end);
    const firsts = own.filter(({ request }, index) => request !== own[index - 1]?.request);
    return firsts.map(({ request, number }) => ({
      ...(requests[request] as SampleRequest),
      count: own.filter((sample) => sample.request === request).length,
      firstSample: number,
    }));
  });
}

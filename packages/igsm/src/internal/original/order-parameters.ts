import type { Random } from "@bridge-rl/spec";
import type { Draft } from "../draft.js";
import { addParent, drawParent, listReady, listRequiredReady, placeCandidate, prepareOrder, release } from "../order-parameters.js";

/**
 * Stage 3 of the original: as in BRIDGE's variant, with a chance of further edges and preferences that are drawn once a problem, and
 * without a way out where no required parameter is ready.
 *
 * @returns whether it succeeded
 */
export function orderOriginalParameters(draft: Draft, random: Random, maximumInDegree: number): boolean {
  const { chosenCount, edgeCount } = draft;
  const quoting = random.next();
  // Abstract parameters are preferred, and those that nothing placed requires yet.
  const preference = { factor: Math.exp(Math.abs(random.normal())), required: 0 } as const;
  prepareOrder(draft);
  for (let place = chosenCount - 1; place >= 0; place--) {
    const count = place === chosenCount - 1 ? listReady(draft, place + 1) : listRequiredReady(draft, place + 1);
    if (count === 0) return false;
    const parameter = placeCandidate(draft, random, count, place);
    if (parameter >= edgeCount) release(draft, parameter);
    else if (place > 0) {
      const stuck = listRequiredReady(draft, place) === 0;
      const quotes = random.chance(quoting);
      if (stuck || quotes) addParent(draft, parameter, drawParent(draft, random, place, stuck, preference), maximumInDegree);
    }
  }
  draft.orderCount = chosenCount;
  draft.necessaryCount = chosenCount;
  return true;
}

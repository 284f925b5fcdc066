import type { Random } from "@bridge-rl/spec";
import type { Draft } from "../draft.js";
import { addParent, isReady, listRequiredReady, prepareOrder, release } from "../order-parameters.js";

/**
 * Stage 3 of the original: as in BRIDGE's variant, with a chance of further edges and preferences that are drawn once a problem, and
 * without a way out where no required parameter is ready.
 *
 * @returns whether it succeeded
 */
export function orderOriginalParameters(draft: Draft, random: Random, maximumInDegree: number): boolean {
  const { chosenCount, edgeCount, order, position, listA: candidates, listB: unplaced } = draft;
  const quoting = random.next();
  const preference = Math.abs(random.normal());
  prepareOrder(draft);
  for (let place = chosenCount - 1; place >= 0; place--) {
    let count = 0;
    if (place === chosenCount - 1) {
      for (let index = 0; index <= place; index++) {
        if (isReady(draft, unplaced[index] as number)) candidates[count++] = unplaced[index] as number;
      }
    } else count = listRequiredReady(draft, place + 1);
    if (count === 0) return false;
    const parameter = candidates[random.integer(0, count - 1)] as number;
    order[place] = parameter;
    position[parameter] = place;
    unplaced[unplaced.indexOf(parameter)] = unplaced[place] as number;
    if (parameter >= edgeCount) release(draft, parameter);
    else if (place > 0) {
      const stuck = listRequiredReady(draft, place) === 0;
      const quotes = random.chance(quoting);
      if (stuck || quotes) addParent(draft, parameter, pickParent(draft, random, place, stuck, preference), maximumInDegree);
    }
  }
  draft.orderCount = chosenCount;
  draft.necessaryCount = chosenCount;
  return true;
}

/** Prefers abstract parameters, and those that nothing placed requires yet. */
function pickParent(draft: Draft, random: Random, unplacedCount: number, readyOnly: boolean, preference: number): number {
  const { edgeCount, weights, listA: candidates, listB: unplaced, flags: required } = draft;
  const factor = Math.exp(preference);
  let total = 0;
  let count = 0;
  for (let index = 0; index < unplacedCount; index++) {
    const parameter = unplaced[index] as number;
    if (readyOnly && !isReady(draft, parameter)) continue;
    let weight = parameter >= edgeCount ? factor : 1;
    if (required[parameter] === 0) weight *= factor;
    total += weight;
    weights[count] = weight;
    candidates[count++] = parameter;
  }
  let rest = random.next() * total;
  for (let index = 0; index < count - 1; index++) {
    rest -= weights[index] as number;
    if (rest < 0) return candidates[index] as number;
  }
  return candidates[count - 1] as number;
}

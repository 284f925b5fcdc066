import type { Random } from "@bridge-rl/spec";
import type { Draft } from "./draft.js";

/**
 * Stages 1 and 2: chooses abstract parameters with all they need, then single instance parameters.
 *
 * Stage 1 tries the deepest category first and starts over after each success; it stops when a random parameter of no depth fits
 * into its budget. Both budgets are drawn as in the reference, from 1 to the target.
 */
export function chooseParameters(draft: Draft, random: Random, operations: number): void {
  const { chosen, parameterCount, edgeCount, layerCount, listA: candidates } = draft;
  const abstractBudget = Math.max(random.integer(1, operations), random.integer(1, operations));
  const instanceBudget = random.integer(abstractBudget, operations);
  for (let parameter = 0; parameter < parameterCount; parameter++) chosen[parameter] = 0;
  draft.chosenCount = 0;
  draft.operations = 0;
  for (let difference = layerCount - 1; difference >= 1; ) {
    const count = listAbstracts(draft, difference);
    const abstract = count === 0 ? -1 : (candidates[random.integer(0, count - 1)] as number);
    if (abstract >= 0 && chooseWithParts(draft, abstract, abstractBudget)) difference = layerCount - 1;
    else difference--;
  }
  let left = 0;
  for (let edge = 0; edge < edgeCount; edge++) if (chosen[edge] === 0) candidates[left++] = edge;
  while (draft.operations < instanceBudget && left > 0) {
    const at = random.integer(0, left - 1);
    choose(draft, candidates[at] as number);
    candidates[at] = candidates[--left] as number;
  }
}

/** Chooses one parameter, whatever it rests on. */
export function choose(draft: Draft, parameter: number): void {
  draft.chosen[parameter] = 1;
  draft.chosenCount++;
  draft.operations += draft.cost[parameter] as number;
}

/** Lists the abstract parameters not chosen yet whose category lies `difference` layers below their container. */
export function listAbstracts(draft: Draft, difference: number): number {
  const { edgeCount, parameterCount, chosen, abstractItem, abstractLayer, layerOfItem, listA } = draft;
  let count = 0;
  for (let abstract = edgeCount; abstract < parameterCount; abstract++) {
    const depth = (abstractLayer[abstract] as number) - (layerOfItem[abstractItem[abstract] as number] as number);
    if (depth === difference && chosen[abstract] === 0) listA[count++] = abstract;
  }
  return count;
}

/** Chooses an abstract parameter and whatever it rests on, or nothing where that exceeds the budget. */
export function chooseWithParts(draft: Draft, abstract: number, budget: number): boolean {
  const { listB: pending, chosen, cost, partStart, parts, edgeCount } = draft;
  let length = 0;
  let price = 0;
  pending[length++] = abstract;
  chosen[abstract] = 1;
  for (let next = 0; next < length; next++) {
    const parameter = pending[next] as number;
    price += cost[parameter] as number;
    if (parameter < edgeCount) continue;
    for (let part = partStart[parameter] as number; part < (partStart[parameter + 1] as number); part++) {
      const needed = parts[part] as number;
      if (chosen[needed] === 0) {
        chosen[needed] = 1;
        pending[length++] = needed;
      }
    }
  }
  if (draft.operations + price > budget) {
    for (let next = 0; next < length; next++) chosen[pending[next] as number] = 0;
    return false;
  }
  draft.operations += price;
  draft.chosenCount += length;
  return true;
}

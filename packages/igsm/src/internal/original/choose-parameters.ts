import type { Random } from "@bridge-rl/spec";
import { choose, chooseWithParts, listAbstracts } from "../choose-parameters.js";
import type { Draft } from "../draft.js";
import { isDeep } from "../draw-structure.js";
import type { OriginalSettings } from "./draw-settings.js";

/**
 * Stages 1 and 2 of the original: again and again tries a random abstract parameter of each depth, shallow ones first, and takes the deepest
 * before the first that exceeds the budget. What is left of both budgets goes to single instance parameters.
 */
export function chooseOriginalParameters(draft: Draft, random: Random, settings: OriginalSettings): void {
  const { chosen, parameterCount, edgeCount, layerCount, listA: candidates } = draft;
  chosen.fill(0, 0, parameterCount);
  draft.chosenCount = 0;
  draft.operations = 0;
  const abstractBudget = Math.min(settings.abstractBudget, totalOperations(draft));
  const singles = settings.instanceBudget - settings.abstractBudget;
  for (;;) {
    let taken = -1;
    for (let difference = 1; difference < layerCount; difference++) {
      const count = listAbstracts(draft, difference);
      if (count === 0) continue;
      const abstract = candidates[random.integer(0, count - 1)] as number;
      if (!fits(draft, abstract, abstractBudget)) break;
      taken = abstract;
    }
    if (taken === -1) break;
    chooseWithParts(draft, taken, abstractBudget);
  }
  const wanted = singles + abstractBudget - draft.operations;
  let left = 0;
  for (let edge = 0; edge < edgeCount; edge++) if (chosen[edge] === 0) candidates[left++] = edge;
  for (let count = Math.min(wanted, left); count > 0; count--) {
    const at = random.integer(0, left - 1);
    choose(draft, candidates[at] as number);
    candidates[at] = candidates[--left] as number;
  }
}

function fits(draft: Draft, abstract: number, budget: number): boolean {
  const { operations, chosenCount, chosen, listB: pending } = draft;
  if (!chooseWithParts(draft, abstract, budget)) return false;
  for (let next = 0; next < draft.chosenCount - chosenCount; next++) chosen[pending[next] as number] = 0;
  draft.operations = operations;
  draft.chosenCount = chosenCount;
  return true;
}

/** Operations of all parameters of the structure; containers that hold nothing count none. */
function totalOperations(draft: Draft): number {
  const { edgeCount, parameterCount, partStart } = draft;
  let total = edgeCount;
  for (let abstract = edgeCount; abstract < parameterCount; abstract++) {
    const parts = (partStart[abstract + 1] as number) - (partStart[abstract] as number);
    if (parts > 0) total += isDeep(draft, abstract) ? parts - 1 : Math.max(1, parts - 1);
  }
  return total;
}

import type { Random } from "@bridge-rl/spec";
import type { Draft } from "./draft.js";

/**
 * Stage 4: raises the in-degrees of instance parameters until the operations are exactly the target, then draws their parents.
 *
 * @param keptFirst  a parent that stage 3 gave stays the first even where all earlier parameters are taken
 * @returns false where the parameters have no room for that many operations
 */
export function chooseParents(draft: Draft, random: Random, operations: number, maximumInDegree: number, keptFirst = false): boolean {
  const { order, necessaryCount, edgeCount, listA: open, counts: extra } = draft;
  let missing = operations - draft.operations;
  let openCount = 0;
  let room = 0;
  for (let place = 0; place < necessaryCount; place++) {
    const parameter = order[place] as number;
    if (parameter >= edgeCount) continue;
    extra[parameter] = 0;
    const capacity = extraCapacity(place, maximumInDegree);
    room += capacity;
    if (capacity > 0) open[openCount++] = place;
  }
  if (missing < 0 || room < missing) return false;
  for (; missing > 0; missing--) {
    const at = random.integer(0, openCount - 1);
    const place = open[at] as number;
    const parameter = order[place] as number;
    const raised = (extra[parameter] as number) + 1;
    extra[parameter] = raised;
    if (raised === extraCapacity(place, maximumInDegree)) open[at] = open[--openCount] as number;
  }
  for (let place = 0; place < necessaryCount; place++) {
    const parameter = order[place] as number;
    if (parameter < edgeCount) drawParents(draft, random, parameter, place, extra[parameter] as number, maximumInDegree, keptFirst);
  }
  return true;
}

/** Whether the chosen parameters could take that many operations in the best order. Cheap, to give up before an order is drawn. */
export function hasRoom(draft: Draft, operations: number, maximumInDegree: number): boolean {
  const { chosen, edgeCount } = draft;
  let room = draft.operations;
  for (let edge = 0; edge < edgeCount && room < operations; edge++) if (chosen[edge] === 1) room += Math.max(maximumInDegree - 2, 0);
  return room >= operations;
}

/** Operations beyond the first that a parameter at a place of the order can take: in-degree − 2, where a literal counts as a parent. */
function extraCapacity(place: number, maximumInDegree: number): number {
  return Math.max(Math.min(place + 1, maximumInDegree) - 2, 0);
}

function drawParents(
  draft: Draft,
  random: Random,
  parameter: number,
  place: number,
  extra: number,
  maximumInDegree: number,
  keptFirst: boolean,
): void {
  const { order, parents, parentCount, hasLiteral, listB: pool } = draft;
  const start = parameter * maximumInDegree;
  const kept = parentCount[parameter] as number;
  const poolSize = place + 1;
  const drawn = extra > 0 ? extra + 2 : random.integer(1, 2);
  let count = Math.min(Math.max(drawn, kept), poolSize, maximumInDegree);
  if (count === poolSize) {
    hasLiteral[parameter] = 1;
    if (keptFirst && kept > 0) {
      takeAllBehind(draft, start, kept, place);
      parentCount[parameter] = place;
      return;
    }
    for (let earlier = 0; earlier < place; earlier++) parents[start + earlier] = order[earlier] as number;
    parentCount[parameter] = place;
    return;
  }
  count -= kept;
  const takesLiteral = count > 0 && random.chance(0.5);
  if (takesLiteral) count--;
  hasLiteral[parameter] = takesLiteral ? 1 : 0;
  if (count === 0) return;
  let size = 0;
  // The last entry of the pool stands for a literal, which may still be drawn (iGSM, `design`).
  for (let earlier = 0; earlier < place; earlier++) {
    const candidate = order[earlier] as number;
    let isKept = false;
    for (let index = 0; index < kept; index++) if (parents[start + index] === candidate) isKept = true;
    if (!isKept) pool[size++] = candidate;
  }
  if (!takesLiteral) pool[size++] = -1;
  let total = kept;
  for (; count > 0; count--) {
    const at = random.integer(0, size - 1);
    const candidate = pool[at] as number;
    pool[at] = pool[--size] as number;
    if (candidate === -1) hasLiteral[parameter] = 1;
    else parents[start + total++] = candidate;
  }
  parentCount[parameter] = total;
}

/** Appends all earlier parameters to the parents that a parameter has already. */
function takeAllBehind({ order, parents }: Draft, start: number, kept: number, place: number): void {
  let total = kept;
  for (let earlier = 0; earlier < place; earlier++) {
    const candidate = order[earlier] as number;
    let isKept = false;
    for (let index = 0; index < kept; index++) if (parents[start + index] === candidate) isKept = true;
    if (!isKept) parents[start + total++] = candidate;
  }
}

import type { Random } from "@bridge-rl/spec";
import type { ResolvedIgsmOptions } from "../options.js";
import { type Draft, drawToFront } from "./draft.js";

/**
 * Stage 5: states edges that the target does not need, in random order. A coin decides whether each is independent (it rests on
 * earlier independent ones alone) or may rest on anything known so far, abstract parameters included. Nothing necessary rests on them.
 *
 * @returns false where the structure graph leaves fewer edges than the least number of distractors
 */
export function addDistractors(draft: Draft, random: Random, options: ResolvedIgsmOptions): boolean {
  const { edgeCount, chosen, listA: left, necessaryCount } = draft;
  const { distractors, maximumInDegree, independentDistractors } = options;
  draft.orderCount = necessaryCount;
  let leftCount = 0;
  for (let edge = 0; edge < edgeCount; edge++) if (chosen[edge] === 0) left[leftCount++] = edge;
  const drawn = distractors === undefined ? leftCount : random.integer(distractors.minimum, distractors.maximum);
  const wanted = Math.min(drawn, leftCount);
  if (distractors !== undefined && wanted < distractors.minimum) return false;
  drawToFront(left, leftCount, wanted, (minimum, maximum) => random.integer(minimum, maximum));
  for (let index = 0; index < wanted; index++) {
    const edge = left[index] as number;
    const isIndependent = random.chance(independentDistractors);
    drawDistractorParents(draft, random, edge, isIndependent, maximumInDegree);
    draft.independent[edge] = isIndependent ? 1 : 0;
    append(draft, edge);
  }
  return true;
}

function append(draft: Draft, parameter: number): void {
  draft.chosen[parameter] = 1;
  draft.position[parameter] = draft.orderCount;
  draft.order[draft.orderCount++] = parameter;
}

/** One parent, each further one with probability ½, a literal with probability ½. */
function drawDistractorParents(draft: Draft, random: Random, edge: number, isIndependent: boolean, maximumInDegree: number): void {
  const { parents, parentCount, hasLiteral, listB: pool, edgeCount } = draft;
  const poolSize = isIndependent ? poolOfIndependents(draft) : poolOfEverything(draft);
  const most = Math.min(poolSize + 1, maximumInDegree);
  let count = 1;
  while (count < most && random.chance(0.5)) count++;
  const takesLiteral = count === poolSize + 1 || random.chance(0.5);
  hasLiteral[edge] = takesLiteral ? 1 : 0;
  if (takesLiteral) count--;
  drawToFront(pool, poolSize, count, (minimum, maximum) => random.integer(minimum, maximum));
  for (let index = 0; index < count; index++) {
    const parent = pool[index] as number;
    parents[edge * maximumInDegree + index] = parent;
    if (parent >= edgeCount && draft.chosen[parent] === 0) append(draft, parent);
  }
  parentCount[edge] = count;
}

function poolOfIndependents(draft: Draft): number {
  const { order, orderCount, necessaryCount, independent, edgeCount, listB: pool } = draft;
  let size = 0;
  for (let place = necessaryCount; place < orderCount; place++) {
    const parameter = order[place] as number;
    if (parameter < edgeCount && independent[parameter] === 1) pool[size++] = parameter;
  }
  return size;
}

/** All parameters so far and the abstract ones whose parts are all among them. */
function poolOfEverything(draft: Draft): number {
  const { order, orderCount, chosen, edgeCount, parameterCount, partStart, parts, listB: pool } = draft;
  let size = 0;
  for (let place = 0; place < orderCount; place++) pool[size++] = order[place] as number;
  for (let abstract = edgeCount; abstract < parameterCount; abstract++) {
    if (chosen[abstract] === 1) continue;
    let known = true;
    for (let part = partStart[abstract] as number; known && part < (partStart[abstract + 1] as number); part++) {
      known = chosen[parts[part] as number] === 1;
    }
    if (known) pool[size++] = abstract;
  }
  return size;
}

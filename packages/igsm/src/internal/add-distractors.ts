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
  const { distractors, maximumInDegree, independentDistractors, dialect } = options;
  draft.orderCount = necessaryCount;
  let leftCount = 0;
  for (let edge = 0; edge < edgeCount; edge++) if (chosen[edge] === 0) left[leftCount++] = edge;
  const drawn = distractors === undefined ? leftCount : random.integer(distractors.minimum, distractors.maximum);
  const wanted = Math.min(drawn, leftCount);
  if (distractors !== undefined && wanted < distractors.minimum) return false;
  drawToFront(left, leftCount, wanted, random);
  for (let index = 0; index < wanted; index++) {
    const edge = left[index] as number;
    const isIndependent = random.chance(independentDistractors);
    drawDistractorParents(draft, random, edge, isIndependent, maximumInDegree, dialect === "original");
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
function drawDistractorParents(
  draft: Draft,
  random: Random,
  edge: number,
  isIndependent: boolean,
  maximumInDegree: number,
  deepens: boolean,
): void {
  const { parents, parentCount, hasLiteral, listB: pool, edgeCount } = draft;
  const poolSize = isIndependent ? poolOfIndependents(draft) : poolOfEverything(draft, deepens);
  const most = Math.min(poolSize + 1, maximumInDegree);
  let count = 1;
  while (count < most && random.chance(0.5)) count++;
  const takesLiteral = count === poolSize + 1 || random.chance(0.5);
  hasLiteral[edge] = takesLiteral ? 1 : 0;
  if (takesLiteral) count--;
  drawToFront(pool, poolSize, count, random);
  for (let index = 0; index < count; index++) {
    const parent = pool[index] as number;
    parents[edge * maximumInDegree + index] = parent;
    if (parent >= edgeCount && draft.chosen[parent] === 0) appendWithParts(draft, parent);
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

/** Appends an abstract parameter behind those that it is made of. */
function appendWithParts(draft: Draft, abstract: number): void {
  const { partStart, parts, chosen } = draft;
  for (let part = partStart[abstract] as number; part < (partStart[abstract + 1] as number); part++) {
    const needed = parts[part] as number;
    if (chosen[needed] === 0) appendWithParts(draft, needed);
  }
  append(draft, abstract);
}

/**
 * All parameters so far and the abstract ones that can be computed from them: those whose parts are all among them or, as in the
 * original, abstract parameters that can be computed in their turn (`deepens`).
 */
function poolOfEverything(draft: Draft, deepens: boolean): number {
  const { order, orderCount, chosen, edgeCount, parameterCount, listB: pool } = draft;
  let size = 0;
  for (let place = 0; place < orderCount; place++) pool[size++] = order[place] as number;
  for (let abstract = edgeCount; abstract < parameterCount; abstract++) {
    if (chosen[abstract] === 0 && isComputable(draft, abstract, deepens)) pool[size++] = abstract;
  }
  return size;
}

function isComputable(draft: Draft, abstract: number, deepens: boolean): boolean {
  const { chosen, partStart, parts, edgeCount } = draft;
  for (let part = partStart[abstract] as number; part < (partStart[abstract + 1] as number); part++) {
    const needed = parts[part] as number;
    if (chosen[needed] === 1) continue;
    if (needed < edgeCount || !deepens || !isComputable(draft, needed, deepens)) return false;
  }
  return true;
}

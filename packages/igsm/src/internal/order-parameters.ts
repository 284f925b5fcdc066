import type { Random } from "@bridge-rl/spec";
import type { Draft } from "./draft.js";

/**
 * Stage 3: puts the chosen parameters into a topological order in which each is needed by a later one, so that all of them are
 * ancestors of the last, the target. Works backwards from the target and adds edges into instance parameters where the order needs
 * them (and sometimes where it does not).
 *
 * Where the reference gives up because no required parameter is ready, an instance parameter placed before gets a second parent,
 * which costs no operation.
 *
 * @returns whether it succeeded: it cannot where only abstract parameters that block each other are placed
 */
export function orderParameters(draft: Draft, random: Random, maximumInDegree: number): boolean {
  const { chosenCount, edgeCount } = draft;
  prepareOrder(draft);
  let count = listReady(draft, chosenCount);
  for (let place = chosenCount - 1; place >= 0; place--) {
    if (count === 0) count = rescue(draft, random, place + 1, maximumInDegree);
    if (count === 0) return false;
    const parameter = placeCandidate(draft, random, count, place);
    if (parameter >= edgeCount) {
      release(draft, parameter);
      count = listRequiredReady(draft, place);
    } else if (place > 0) {
      count = listRequiredReady(draft, place);
      const stuck = count === 0;
      if (random.chance(0.5) || stuck) {
        addParent(draft, parameter, pickParent(draft, random, place, stuck), maximumInDegree);
        count = listRequiredReady(draft, place);
      }
    }
  }
  draft.orderCount = chosenCount;
  draft.necessaryCount = chosenCount;
  return true;
}

/** Lists the chosen parameters as unplaced and counts for each how many of them are made of it. */
export function prepareOrder(draft: Draft): void {
  const {
    chosen,
    parameterCount,
    edgeCount,
    position,
    partStart,
    parts,
    counts: waiting,
    flags: required,
    parentCount,
    listB: unplaced,
  } = draft;
  let count = 0;
  for (let parameter = 0; parameter < parameterCount; parameter++) {
    waiting[parameter] = 0;
    required[parameter] = 0;
    position[parameter] = -1;
    parentCount[parameter] = 0;
    if (chosen[parameter] === 1) unplaced[count++] = parameter;
  }
  for (let index = 0; index < count; index++) {
    const abstract = unplaced[index] as number;
    if (abstract < edgeCount) continue;
    for (let part = partStart[abstract] as number; part < (partStart[abstract + 1] as number); part++) {
      const needed = parts[part] as number;
      waiting[needed] = (waiting[needed] as number) + 1;
    }
  }
}

/** Puts one of the candidates at a place. Returns it. */
export function placeCandidate(draft: Draft, random: Random, count: number, place: number): number {
  const { order, position, listA: candidates, listB: unplaced } = draft;
  const parameter = candidates[random.integer(0, count - 1)] as number;
  order[place] = parameter;
  position[parameter] = place;
  let at = 0;
  while (unplaced[at] !== parameter) at++;
  unplaced[at] = unplaced[place] as number;
  return parameter;
}

/** Whether nothing unplaced is made of an unplaced parameter. */
function isReady(draft: Draft, parameter: number): boolean {
  return draft.counts[parameter] === 0;
}

/** Lists the parameters that no unplaced one is made of. */
export function listReady(draft: Draft, unplacedCount: number): number {
  const { listA: candidates, listB: unplaced } = draft;
  let count = 0;
  for (let index = 0; index < unplacedCount; index++) {
    const parameter = unplaced[index] as number;
    if (isReady(draft, parameter)) candidates[count++] = parameter;
  }
  return count;
}

/** Lists the parameters that could come next: a placed one needs them, and no unplaced one does. */
export function listRequiredReady(draft: Draft, unplacedCount: number): number {
  const { listA: candidates, listB: unplaced, flags: required, counts: waiting } = draft;
  let count = 0;
  for (let index = 0; index < unplacedCount; index++) {
    const parameter = unplaced[index] as number;
    candidates[count] = parameter;
    // 1 where it is required and waits for nothing; a branch here is mispredicted half of the time.
    count += (required[parameter] as number) & (((waiting[parameter] as number) - 1) >>> 31);
  }
  return count;
}

/** Counts a placed abstract parameter's parts as required, and as waiting for one less. */
export function release(draft: Draft, abstract: number): void {
  const { partStart, parts, counts: waiting, flags: required } = draft;
  for (let part = partStart[abstract] as number; part < (partStart[abstract + 1] as number); part++) {
    const needed = parts[part] as number;
    waiting[needed] = (waiting[needed] as number) - 1;
    required[needed] = 1;
  }
}

/** Prefers abstract parameters, and those that are required already, by a factor drawn anew each time. */
function pickParent(draft: Draft, random: Random, unplacedCount: number, readyOnly: boolean): number {
  return drawParent(draft, random, unplacedCount, readyOnly, { factor: Math.exp(Math.abs(random.normal())), required: 1 });
}

/** Which parents are likelier. */
interface ParentPreference {
  /** How much likelier. */
  readonly factor: number;
  /** Whether those that something placed requires are (1), or those that nothing does (0); abstract ones are in either case. */
  readonly required: 0 | 1;
}

/** Draws one of the unplaced parameters, or of those among them that are ready. */
export function drawParent(
  draft: Draft,
  random: Random,
  unplacedCount: number,
  readyOnly: boolean,
  { factor, required: preferred }: ParentPreference,
): number {
  const { edgeCount, weights, listA: candidates, listB: unplaced, flags: required } = draft;
  let total = 0;
  let count = 0;
  for (let index = 0; index < unplacedCount; index++) {
    const parameter = unplaced[index] as number;
    if (readyOnly && !isReady(draft, parameter)) continue;
    let weight = parameter >= edgeCount ? factor : 1;
    if (required[parameter] === preferred) weight *= factor;
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

/** Makes a parameter a parent of an instance parameter, and required. */
export function addParent(draft: Draft, child: number, parent: number, maximumInDegree: number): void {
  const { parents, parentCount, flags: required } = draft;
  const at = parentCount[child] as number;
  parents[child * maximumInDegree + at] = parent;
  parentCount[child] = at + 1;
  required[parent] = 1;
}

/** Makes a ready parameter a second parent of a random placed instance parameter, and the only candidate. */
function rescue(draft: Draft, random: Random, unplacedCount: number, maximumInDegree: number): number {
  const { order, chosenCount, edgeCount, parentCount, listA: candidates } = draft;
  let count = 0;
  for (let later = unplacedCount; later < chosenCount; later++) {
    const child = order[later] as number;
    if (child < edgeCount && (parentCount[child] as number) < 2) candidates[count++] = child;
  }
  if (count === 0) return 0;
  const child = candidates[random.integer(0, count - 1)] as number;
  const parent = pickParent(draft, random, unplacedCount, true);
  addParent(draft, child, parent, maximumInDegree);
  candidates[0] = parent;
  return 1;
}

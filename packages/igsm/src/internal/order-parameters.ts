import type { Random } from "@bridge-rl/spec";
import type { Draft } from "./draft.js";

/**
 * Stage 3: puts the chosen parameters into a topological order in which each is needed by a later one, so that all of them are
 * ancestors of the last, the target. Works backwards from the target and adds edges into instance parameters where the order needs them
 * (and sometimes where it does not).
 *
 * Where the reference gives up because no required parameter is ready, an instance parameter placed before gets a second parent,
 * which costs no operation.
 *
 * @returns whether it succeeded: it cannot where only abstract parameters that block each other are placed
 */
export function orderParameters(draft: Draft, random: Random, maximumInDegree: number): boolean {
  const { chosen, chosenCount, parameterCount, edgeCount, order, position, partStart, parts } = draft;
  const { counts: waiting, flags: required, parents, parentCount, listA: candidates } = draft;
  waiting.fill(0, 0, parameterCount);
  required.fill(0, 0, parameterCount);
  position.fill(-1, 0, parameterCount);
  parentCount.fill(0, 0, parameterCount);
  for (let abstract = edgeCount; abstract < parameterCount; abstract++) {
    if (chosen[abstract] === 0) continue;
    for (let part = partStart[abstract] as number; part < (partStart[abstract + 1] as number); part++) {
      const needed = parts[part] as number;
      waiting[needed] = (waiting[needed] as number) + 1;
    }
  }
  for (let place = chosenCount - 1; place >= 0; place--) {
    let count = 0;
    for (let parameter = 0; parameter < parameterCount; parameter++) {
      if (isReady(parameter) && (place === chosenCount - 1 || required[parameter] === 1)) candidates[count++] = parameter;
    }
    if (count === 0) {
      const rescued = rescue(place);
      if (rescued < 0) return false;
      candidates[count++] = rescued;
    }
    const parameter = candidates[random.integer(0, count - 1)] as number;
    order[place] = parameter;
    position[parameter] = place;
    if (parameter >= edgeCount) {
      for (let part = partStart[parameter] as number; part < (partStart[parameter + 1] as number); part++) {
        const needed = parts[part] as number;
        waiting[needed] = (waiting[needed] as number) - 1;
        required[needed] = 1;
      }
    } else if (place > 0) {
      const stuck = !someRequiredIsReady();
      if (random.chance(0.5) || stuck) addParent(parameter, pickParent(stuck));
    }
  }
  draft.orderCount = chosenCount;
  draft.necessaryCount = chosenCount;
  return true;

  function isReady(parameter: number): boolean {
    return chosen[parameter] === 1 && position[parameter] === -1 && waiting[parameter] === 0;
  }

  function someRequiredIsReady(): boolean {
    for (let parameter = 0; parameter < parameterCount; parameter++) {
      if (required[parameter] === 1 && isReady(parameter)) return true;
    }
    return false;
  }

  /** Prefers abstract parameters, and those that are required already, by a factor drawn anew each time. */
  function pickParent(readyOnly: boolean): number {
    const { weights } = draft;
    const scale = Math.abs(random.normal());
    const factor = Math.exp(scale);
    let total = 0;
    let count = 0;
    for (let parameter = 0; parameter < parameterCount; parameter++) {
      if (chosen[parameter] === 0 || position[parameter] !== -1 || (readyOnly && waiting[parameter] !== 0)) continue;
      let weight = parameter >= edgeCount ? factor : 1;
      if (required[parameter] === 1) weight *= factor;
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

  function addParent(child: number, parent: number): void {
    const at = parentCount[child] as number;
    parents[child * maximumInDegree + at] = parent;
    parentCount[child] = at + 1;
    required[parent] = 1;
  }

  function rescue(place: number): number {
    let count = 0;
    for (let later = place + 1; later < chosenCount; later++) {
      const child = order[later] as number;
      if (child < edgeCount && (parentCount[child] as number) < 2) candidates[count++] = child;
    }
    if (count === 0) return -1;
    const child = candidates[random.integer(0, count - 1)] as number;
    const parent = pickParent(true);
    addParent(child, parent);
    return parent;
  }
}

import type { Random } from "@bridge-rl/spec";
import type { ResolvedIgsmOptions } from "../options.js";
import type { Draft } from "./draft.js";
import { isDeep } from "./draw-structure.js";

/**
 * Draws operators and literals of the instance parameters at places `from … to−1` of the order and computes all values there.
 *
 * @returns false where a value leaves the exact integers, or reaches the limit
 */
export function drawFormulas(draft: Draft, random: Random, options: ResolvedIgsmOptions, from: number, to: number): boolean {
  const { order, edgeCount, value } = draft;
  const { modulus, valueLimit = Number.POSITIVE_INFINITY } = options;
  for (let place = from; place < to; place++) {
    const parameter = order[place] as number;
    const exact = parameter < edgeCount ? drawFormula(draft, random, options, parameter) : sumParts(draft, parameter);
    if (!Number.isSafeInteger(exact) || (modulus === undefined && Math.abs(exact) >= valueLimit)) return false;
    // Adding 0 turns −0 into 0.
    value[parameter] = modulus === undefined ? exact + 0 : ((exact % modulus) + modulus) % modulus;
  }
  return true;
}

function drawFormula(draft: Draft, random: Random, options: ResolvedIgsmOptions, parameter: number): number {
  const { parents, parentCount, hasLiteral, literal, multiplies, subtracts, value } = draft;
  const { literals, multipliers, maximumInDegree } = options;
  const start = parameter * maximumInDegree;
  const count = parentCount[parameter] as number;
  // The original names parents in the order in which it gave them.
  for (let last = options.dialect === "original" ? 0 : count - 1; last > 0; last--) {
    const other = random.integer(0, last);
    const held = parents[start + last] as number;
    parents[start + last] = parents[start + other] as number;
    parents[start + other] = held;
  }
  const minus = count === 2 && random.chance(0.5);
  subtracts[parameter] = minus ? 1 : 0;
  let rest = 0;
  for (let index = 0; index < count; index++) {
    const operand = value[parents[start + index] as number] as number;
    rest = minus && index === 1 ? rest - operand : rest + operand;
  }
  if (hasLiteral[parameter] === 0) return rest;
  const times = count > 0 && random.chance(0.5);
  multiplies[parameter] = times ? 1 : 0;
  const range = times ? multipliers : literals;
  const drawn = random.integer(range.minimum, range.maximum);
  literal[parameter] = drawn;
  return times ? drawn * rest : drawn + rest;
}

function sumParts(draft: Draft, abstract: number): number {
  const { partStart, parts, value } = draft;
  const end = partStart[abstract + 1] as number;
  const deep = isDeep(draft, abstract);
  let sum = 0;
  for (let part = partStart[abstract] as number; part < end; part += deep ? 2 : 1) {
    const first = value[parts[part] as number] as number;
    sum += deep ? first * (value[parts[part + 1] as number] as number) : first;
  }
  return sum;
}

import type { Random } from "@bridge-rl/spec";
import type { Description, Fact } from "./fact.js";

/** Facts whose chains end, and orders in which children stand before what rests on them. */
export interface OrderedFacts {
  readonly facts: readonly Fact[];
  /** One list per root: what is asked for first, then everything that it does not need. */
  readonly groups: readonly (readonly number[])[];
}

/**
 * Orders facts by depth-first search from the roots. Where a chain comes back to a fact that is still open, it ends in a new fact
 * that stands for it and is never known.
 */
export function orderFacts(facts: readonly Fact[], roots: readonly number[]): OrderedFacts {
  const all: Fact[] = facts.slice();
  const states = new Uint8Array(facts.length);
  const groups: number[][] = [];
  for (let root = -roots.length; root < facts.length; root++) {
    const start = root < 0 ? (roots[root + roots.length] as number) : root;
    if (states[start] !== 0) continue;
    const group: number[] = [];
    visit(start, facts, all, states, group);
    groups.push(group);
  }
  return { facts: all, groups };
}

function visit(index: number, facts: readonly Fact[], all: Fact[], states: Uint8Array, group: number[]): void {
  states[index] = 1;
  const fact = facts[index] as Fact;
  let replaced: number[] | undefined;
  for (let place = 0; place < fact.children.length; place++) {
    const child = fact.children[place] as number;
    if (states[child] === 0) visit(child, facts, all, states, group);
    else if (states[child] === 1) {
      replaced ??= fact.children.slice();
      replaced[place] = all.length;
      group.push(all.length);
      all.push(standIn(child, (facts[child] as Fact).name, all.length - facts.length));
    }
  }
  if (replaced !== undefined) all[index] = { ...fact, children: replaced };
  states[index] = 2;
  group.push(index);
}

function standIn(circular: number, name: string, number: number): Fact {
  return { name: `${name} (circle ${number + 1})`, operator: undefined, children: [], literal: undefined, stated: false, circular };
}

/** Joins groups so that none stands out by its place, each in its own order and behind what it rests on. */
export function interleave({ facts, groups }: OrderedFacts, random: Random): number[] {
  if (groups.length === 1) return (groups[0] as readonly number[]).slice();
  const turns: number[] = [];
  for (let group = 0; group < groups.length; group++) {
    for (let left = (groups[group] as readonly number[]).length; left > 0; left--) turns.push(group);
  }
  const next = new Int32Array(groups.length);
  const placed = new Uint8Array(facts.length);
  const order: number[] = [];
  for (const turn of random.shuffle(turns)) {
    let group = turn;
    // The first group that is left rests on nothing but itself and groups that are through.
    for (let other = 0; !isReady(facts, groups[group]?.[next[group] as number], placed); other++) group = other;
    const fact = groups[group]?.[next[group] as number] as number;
    next[group] = (next[group] as number) + 1;
    placed[fact] = 1;
    order.push(fact);
  }
  return order;
}

/** All facts, those that rest on nothing first, then level by level, and within a level in random order. */
export function ascend({ facts, groups }: OrderedFacts, random: Random): number[] {
  const heights = new Int32Array(facts.length);
  for (const group of groups) {
    for (const fact of group) {
      for (const child of (facts[fact] as Fact).children) {
        heights[fact] = Math.max(heights[fact] as number, (heights[child] as number) + 1);
      }
    }
  }
  return random.shuffle(groups.flat()).sort((left, right) => (heights[left] as number) - (heights[right] as number));
}

function isReady(facts: readonly Fact[], index: number | undefined, placed: Uint8Array): boolean {
  if (index === undefined) return false;
  for (const child of (facts[index] as Fact).children) if (placed[child] !== 1) return false;
  return true;
}

/** What a description asks for, or the facts that its equations use. */
export function rootsOf({ query, equations }: Description): number[] {
  if (equations === undefined) return [query];
  const roots: number[] = [];
  for (const equation of equations) for (const part of equation) if (typeof part !== "number") roots.push(part.fact);
  return roots;
}

import type { TrainingRow } from "@bridge-rl/spec";

/** A piece of work. Pieces of one group stand side by side. */
export interface Piece {
  readonly cost: number;
  /** Pieces of one group share work, which is done once by everyone who has any of them. */
  readonly group: number | string;
  readonly groupCost: number;
}

/** How much longer the last worker may take so that groups stay whole: cut ones have shapes of their own, which have to be compiled. */
const patience = 1.125;

/**
 * Cuts a list of pieces into parts, one after the other, of which the costliest is about as cheap as can be. Groups stay whole where that makes it
 * no more than an eighth dearer. Depends on nothing but the arguments.
 *
 * @returns where each part ends; the last end is the number of pieces
 */
export function divideWork(pieces: readonly Piece[], count: number): number[] {
  const { ends, costliest } = divideEvenly(pieces, count);
  const groupEnds = [...pieces.keys()].filter((index) => pieces[index]?.group !== pieces[index + 1]?.group).map((index) => index + 1);
  const groups = groupEnds.map((end, group): Piece => {
    return { group, groupCost: 0, cost: costOf(pieces.slice(groupEnds[group - 1] ?? 0, end)) };
  });
  const whole = divideEvenly(groups, count);
  return whole.costliest > patience * costliest ? ends : whole.ends.map((end) => groupEnds[end - 1] ?? 0);
}

/** The division whose costliest part is cheapest, wherever that cuts. */
function divideEvenly(pieces: readonly Piece[], count: number): { readonly ends: number[]; readonly costliest: number } {
  const largest = pieces.reduce((most, { cost, groupCost }) => Math.max(most, cost + groupCost), 0);
  // no part is cheaper than the largest piece or dearer than all
  let [low, high] = [largest, pieces.reduce((sum, { cost, groupCost }) => sum + cost + groupCost, 0)];
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2;
    if (fill(pieces, middle).length <= count) high = middle;
    else low = middle;
  }
  const found = fill(pieces, fill(pieces, largest).length <= count ? largest : high);
  const ends = Array.from({ length: count }, (_, part) => found[part] ?? pieces.length);
  const costs = ends.map((end, part) => costOf(pieces.slice(ends[part - 1] ?? 0, end)));
  return { ends, costliest: Math.max(...costs) };
}

function costOf(part: readonly Piece[]): number {
  return part.reduce((sum, { cost, group, groupCost }, index) => sum + cost + (part[index - 1]?.group === group ? 0 : groupCost), 0);
}

/** Where parts end that each take as much as fits below a cost. */
function fill(pieces: readonly Piece[], limit: number): number[] {
  const ends: number[] = [];
  let load = 0;
  for (const [index, { cost, group, groupCost }] of pieces.entries()) {
    const joined = load + cost + (pieces[index - 1]?.group === group ? 0 : groupCost);
    if (index > 0 && joined > limit) {
      ends.push(index);
      load = cost + groupCost;
    } else load = joined;
  }
  return [...ends, pieces.length];
}

/**
 * Divides rows by their tokens. Rows of one prompt stay together where prompts are shared.
 *
 * @param selected  places in the batch of the rows to divide
 * @returns for each part the places of its rows
 */
export function divideRows(
  batch: readonly TrainingRow[],
  selected: readonly number[],
  count: number,
  { sharePrompts }: { readonly sharePrompts: boolean },
): number[][] {
  if (count === 1) return [[...selected]];
  const groups = new Map<string, number[]>();
  for (const place of selected) {
    const key = sharePrompts ? (batch[place] as TrainingRow).promptIds.join() : String(place);
    const group = groups.get(key);
    if (group) group.push(place);
    else groups.set(key, [place]);
  }
  const places: number[] = [];
  const pieces: Piece[] = [];
  for (const [group, members] of groups) {
    for (const place of members) {
      const { promptIds, completionIds } = batch[place] as TrainingRow;
      places.push(place);
      pieces.push({ group, groupCost: promptIds.length, cost: completionIds.length });
    }
  }
  const ends = divideWork(pieces, count);
  return ends.map((end, part) => places.slice(ends[part - 1] ?? 0, end));
}

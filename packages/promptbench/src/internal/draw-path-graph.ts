import type { Random } from "@bridge-rl/spec";

/** Links of a graph without circles, and who can be reached from where. */
export interface PathGraph {
  readonly links: readonly (readonly number[])[];
  reaches(from: number, to: number): boolean;
}

/**
 * Draws links node by node: as many candidates as a draw from the range says, without those that would close a circle
 * (DyVal, `DAG/dag.py`, `GeneralDAG`).
 */
export function drawPathGraph(count: number, [fewest, most]: readonly [number, number], random: Random): PathGraph {
  const words = Math.ceil(count / 32);
  const closure = new Int32Array(count * words);
  const reaches = (from: number, to: number): boolean => (((closure[from * words + (to >> 5)] as number) >>> (to & 31)) & 1) === 1;
  for (let node = 0; node < count; node++) closure[node * words + (node >> 5)] = 1 << (node & 31);
  const candidates = Array.from({ length: count }, (_, node) => node);
  const links: number[][] = [];
  for (let node = 0; node < count; node++) {
    const drawn = Math.min(random.integer(fewest, most), count);
    const own: number[] = [];
    for (let place = 0; place < drawn; place++) {
      const other = random.integer(place, count - 1);
      const target = candidates[other] as number;
      candidates[other] = candidates[place] as number;
      candidates[place] = target;
      if (reaches(target, node)) continue;
      own.push(target);
      for (let from = 0; from < count; from++) {
        if (!reaches(from, node)) continue;
        for (let word = 0; word < words; word++) {
          closure[from * words + word] = (closure[from * words + word] as number) | (closure[target * words + word] as number);
        }
      }
    }
    links.push(own);
  }
  return { links, reaches };
}

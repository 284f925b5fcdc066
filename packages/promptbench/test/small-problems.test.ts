import { describe, expect, test } from "vitest";
import { promptbench, promptbenchTasks, smallModel } from "../src/index.js";

/** The longest chain below each node. */
function heights(nodes: readonly { readonly dependencies: readonly number[] }[]): number[] {
  const found: number[] = [];
  for (const { dependencies } of nodes) found.push(dependencies.reduce((most, id) => Math.max(most, (found[id] as number) + 1), 0));
  return found;
}

describe("problems for small models", () => {
  test("have numbers from 1 to 10, whole, in every place", () => {
    const source = promptbench({ ...smallModel, depth: [3, 4], seed: 3 });
    for (const { graph } of source.problems({ count: 500 })) {
      const needed = graph.nodes.filter(({ necessary }) => necessary).map(({ value }) => Number(value));
      expect(needed.every((value) => Number.isInteger(value) && value >= 1 && value <= 10)).toBe(true);
    }
  });

  test("are solved level by level, what is given first, within a level in no order", () => {
    const source = promptbench({ ...smallModel, depth: 4, redundancies: 1, seed: 4 });
    const firsts = new Set<string>();
    for (const { graph } of source.problems({ count: 200 })) {
      const found = heights(graph.nodes);
      expect(found).toEqual([...found].sort((left, right) => left - right));
      // Which operand of the answer's operands is computed first tells nothing.
      const operands = graph.nodes[graph.target]?.dependencies ?? [];
      firsts.add(String((operands[0] as number) < (operands[1] as number)));
    }
    expect(firsts.size).toBe(2);
  });

  test.each(promptbenchTasks)("of %s have small letters for names as long as they last", (task) => {
    const source = promptbench({ task, phrasebook: "terse", seed: 5 });
    for (const { graph } of source.problems({ count: 200 })) {
      const names = graph.nodes.map(({ name }) => name).filter((name) => /^[A-Za-z]+$/.test(name) && !"xyD".includes(name));
      expect(new Set(names).size).toBe(names.length);
      if (names.length <= 20) expect(names.filter((name) => !/^[a-z]$/.test(name))).toEqual([]);
    }
  });
});

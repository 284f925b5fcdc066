import { BridgeError, createRandom } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { createGraphState } from "../src/graph-state.js";
import { randomGraph } from "../src/random-graph.js";
import { fruit } from "./graphs.js";

const ids = (nodes: readonly { id: number }[]) => nodes.map((node) => node.id);

describe("createGraphState", () => {
  test("unlocks a node when its last dependency is solved", () => {
    const state = createGraphState(fruit);
    expect(ids(state.unlocked())).toEqual([0, 1]);
    expect(ids(state.locked())).toEqual([2, 3, 4]);
    expect(state.missing(2)).toEqual([0, 1]);

    state.solve(1);
    expect(ids(state.unlocked())).toEqual([0, 3]);
    expect(state.missing(2)).toEqual([0]);
    expect([state.isSolved(1), state.isUnlocked(1), state.isLocked(1)]).toEqual([true, false, false]);
  });

  test("only derive steps solve", () => {
    const state = createGraphState(fruit);
    state.apply({ kind: "restate", node: 0 });
    state.apply({ kind: "attempt", node: 2, missing: [0, 1] });
    expect(state.isSolved(0)).toBe(false);
    state.apply({ kind: "derive", node: 0, detail: "stepwise" });
    expect(state.isSolved(0)).toBe(true);
  });

  test("a clone goes its own way", () => {
    const state = createGraphState(fruit);
    state.solve(0);
    const clone = state.clone();
    clone.solve(1);
    expect(clone.isUnlocked(2)).toBe(true);
    expect(state.isLocked(2)).toBe(true);
    expect(clone.isSolved(0)).toBe(true);
  });

  test("refuses to solve a locked or an unknown node", () => {
    const state = createGraphState(fruit);
    expect(() => state.solve(2)).toThrow(/node 2 \(both\) is still locked.*apples, pears/);
    for (const unknown of [5, -1, 0.5]) {
      expect(() => state.isLocked(unknown)).toThrow(expect.objectContaining({ code: "invalid-trace" }));
    }
  });

  test("refuses a graph whose dependency does not exist", () => {
    const [first, ...rest] = fruit.nodes;
    if (first === undefined) throw new Error("fruit has nodes");
    const broken = { ...fruit, nodes: [{ ...first, dependencies: [9] }, ...rest] };
    expect(() => createGraphState(broken)).toThrow(BridgeError);
  });

  test("agrees with the definitions on random graphs and random walks, small ones and large ones", () => {
    for (let seed = 0; seed < 300; seed++) {
      const random = createRandom(seed, "graph-state");
      const graph = randomGraph(random, { nodes: seed % 20 === 0 ? random.integer(130, 200) : random.integer(1, 60), modulus: 23 });
      const state = createGraphState(graph);
      const solved = new Set<number>();
      while (solved.size < graph.nodes.length) {
        const open = graph.nodes.filter((node) => !solved.has(node.id));
        const solvable = open.filter((node) => node.dependencies.every((dependency) => solved.has(dependency)));
        expect(state.unlocked()).toEqual(solvable);
        expect(state.locked()).toEqual(open.filter((node) => !solvable.includes(node)));
        const probe = random.integer(0, graph.nodes.length - 1);
        expect(state.missing(probe)).toEqual(graph.nodes[probe]?.dependencies.filter((dependency) => !solved.has(dependency)));
        const next = random.pick(solvable);
        if (next === undefined) throw new Error("a sound graph always has a solvable node");
        state.solve(next.id);
        state.solve(next.id); // a second time changes nothing
        solved.add(next.id);
      }
    }
  });
});

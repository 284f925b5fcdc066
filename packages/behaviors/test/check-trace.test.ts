import { randomGraph, vanillaTrace } from "@bridge-rl/dag";
import { createRandom, type Step } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { checkTrace } from "../src/check-trace.js";
import { chain } from "./chain.js";

// a and b are given, c = a + b, spare = a + 1, target d = c + 1.
const graph = chain();
const derive = (node: number): Step => ({ kind: "derive", node, detail: "direct" });
const attempt = (node: number, ...missing: number[]): Step => ({ kind: "attempt", node, missing });
const codes = (...steps: Step[]) => checkTrace(graph, { steps }).map((finding) => [finding.code, finding.step]);

describe("checkTrace", () => {
  test("finds nothing in true solutions", () => {
    expect(codes(derive(0), derive(1), derive(2), derive(4))).toEqual([]);
    expect(codes(derive(1), attempt(2, 0), attempt(4, 2), derive(0), derive(3), derive(2), derive(4))).toEqual([]);
    expect(codes(derive(1), derive(0), derive(2), derive(4), { kind: "remark", text: "Done.", nodes: [4] })).toEqual([]);
    for (let seed = 0; seed < 200; seed++) {
      const random = randomGraph(createRandom(seed));
      expect(checkTrace(random, vanillaTrace(random))).toEqual([]);
    }
  });

  test.each<[string, string, number, Step[]]>([
    ["a node derived too early", "locked", 1, [derive(0), derive(2), derive(1), derive(4)]],
    ["a node derived twice", "repeated", 1, [derive(0), derive(0), derive(1), derive(2), derive(4)]],
    ["an attempt at what is solvable", "not-locked", 1, [derive(0), attempt(1), derive(1), derive(2), derive(4)]],
    ["an attempt at what is solved", "not-locked", 1, [derive(0), attempt(0), derive(1), derive(2), derive(4)]],
    ["an attempt that misses too much", "wrong-missing", 1, [derive(0), attempt(2, 0, 1), derive(1), derive(2), derive(4)]],
    ["an attempt that misses too little", "wrong-missing", 0, [attempt(2, 0), derive(0), derive(1), derive(2), derive(4)]],
    ["an attempt that misses a node twice", "wrong-missing", 0, [attempt(2, 0, 0), derive(0), derive(1), derive(2), derive(4)]],
    ["a derivation behind the target's", "after-target", 4, [derive(0), derive(1), derive(2), derive(4), derive(3)]],
    ["a node that does not exist", "unknown-node", 0, [derive(9), derive(0), derive(1), derive(2), derive(4)]],
    ["a missing node that does not exist", "unknown-node", 0, [attempt(2, 0, 9), derive(0), derive(1), derive(2), derive(4)]],
    ["no target", "unfinished", 2, [derive(0), derive(1)]],
    ["a kind of step that there is not", "unknown-step", 0, [{ kind: "guess", node: 0 } as unknown as Step]],
    ["a detail that there is not", "unknown-step", 0, [{ kind: "derive", node: 0, detail: "vague" } as unknown as Step]],
  ])("finds %s", (_case, code, step, steps) => {
    expect(codes(...steps)[0]).toEqual([code, step]);
  });
});

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

  test("finds nothing in plans, estimates, mistakes that are taken back, and checks", () => {
    const plan: Step = { kind: "plan", node: 4, nodes: [1, 0, 2] };
    const estimate: Step = { kind: "estimate", node: 2, low: -100, high: 100 };
    const [mistake, retract] = (["mistake", "retract"] as const).map((kind): Step => ({ kind, node: 1, value: 77 })) as [Step, Step];
    const rest = [derive(1), { kind: "plan", node: 4, nodes: [2] } as const, estimate, derive(2), derive(4)];
    expect(codes(plan, mistake, derive(0), retract, ...rest, { kind: "check", node: 4 })).toEqual([]);
    expect(codes(mistake, retract, mistake, retract, derive(0), ...rest)).toEqual([]);
  });

  const all = [derive(0), derive(1), derive(2), derive(4)];
  const estimate = (low: number, high: number): Step => ({ kind: "estimate", node: 0, low, high });
  const plan = (...nodes: number[]): Step => ({ kind: "plan", node: 4, nodes });
  const mistake = (node: number, value: number): Step => ({ kind: "mistake", node, value });
  const retract = (node: number, value: number): Step => ({ kind: "retract", node, value });
  const given = graph.nodes[0]?.value as number;
  const target = graph.nodes[4]?.value as number;

  test.each<[string, string, number, Step[]]>([
    ["a check of what is unsolved", "not-solved", 0, [{ kind: "check", node: 0 }, ...all]],
    ["an estimate that is off", "wrong-estimate", 0, [estimate(given + 1, given + 2), ...all]],
    ["an estimate of what is solved", "repeated", 1, [derive(0), estimate(given, given), ...all.slice(1)]],
    ["an estimate of what is locked", "locked", 0, [{ kind: "estimate", node: 4, low: target, high: target }, ...all]],
    ["a plan of what is not needed", "wrong-plan", 0, [plan(0, 1, 2, 3), ...all]],
    ["a plan of what is solved", "wrong-plan", 1, [derive(0), plan(0, 1, 2), ...all.slice(1)]],
    ["a plan that leaves out the next thing", "wrong-plan", 0, [plan(0, 1), ...all]],
    ["a plan in an order that cannot be", "wrong-plan", 0, [plan(2, 0, 1), ...all]],
    ["a plan that repeats itself", "wrong-plan", 0, [plan(0, 1, 0, 2), ...all]],
    ["an empty plan", "wrong-plan", 0, [{ kind: "plan", node: 0, nodes: [] }, ...all]],
    ["a plan without nodes", "unknown-node", 0, [{ kind: "plan", node: 0 } as unknown as Step, ...all]],
    ["a mistake that nobody takes back", "unretracted", 1, [mistake(0, given + 1), derive(0), ...all.slice(1)]],
    ["a mistake at a distractor that nobody takes back", "unretracted", 5, [derive(0), mistake(3, 77), ...all.slice(1)]],
    ["a mistake that is none", "no-mistake", 0, [mistake(0, given), retract(0, given), ...all]],
    ["a mistake at what is locked", "locked", 0, [mistake(4, 1), retract(4, 1), ...all]],
    ["two mistakes at once", "unretracted", 1, [mistake(0, 71), mistake(0, 72), retract(0, 72), ...all]],
    ["another value taken back", "no-mistake", 1, [mistake(0, 71), retract(0, 72), ...all]],
    ["something taken back that nobody said", "no-mistake", 0, [retract(0, 72), ...all]],
  ])("finds %s", (_case, code, step, steps) => {
    expect(codes(...steps)[0]).toEqual([code, step]);
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

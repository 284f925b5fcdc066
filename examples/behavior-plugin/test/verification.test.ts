import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createArm, solve } from "@bridge-rl/behaviors";
import { behaviorLaws, registerLaws } from "@bridge-rl/behaviors/testing";
import { igsm } from "@bridge-rl/igsm";
import { verification } from "../verification.js";

const problems = [...igsm({ operations: [5, 12], seed: 3 }).problems({ count: 100 })];
const phrasebooks = [igsm({ phrasebook: "prose" }).phrasebook, igsm({ phrasebook: "terse" }).phrasebook];

describe("verification", () => {
  registerLaws(test, behaviorLaws(verification, { problems: problems.slice(0, 20), phrasebooks, wrongOptions: [{ probability: 2 }] }));

  test("comes behind a derivation of the same node, as often as it says", () => {
    let checked = 0;
    let eligible = 0;
    for (const problem of problems) {
      const [trace] = solve(problem, createArm("check", { behaviors: [verification({ probability: 0.5 })] }), 1);
      for (const [index, step] of (trace?.steps ?? []).entries()) {
        const node = step.kind === "derive" && step.node !== problem.graph.target ? problem.graph.nodes[step.node] : undefined;
        if (node?.stated && node.expression.kind !== "constant") eligible++;
        if (step.kind !== "restate") continue;
        checked++;
        assert.deepEqual(trace?.steps[index - 2], { kind: "derive", node: step.node, detail: "direct" });
      }
    }
    assert.ok(Math.abs(checked / eligible - 0.5) < 4 * Math.sqrt(0.25 / eligible), `${checked} of ${eligible}`);
  });
});

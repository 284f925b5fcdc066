import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bridge, demonstrate } from "@bridge-rl/behaviors";
import { registerLaws } from "@bridge-rl/behaviors/testing";
import { validateGraph } from "@bridge-rl/dag";
import type { GraphNode } from "@bridge-rl/spec";
import { problemSourceLaws } from "@bridge-rl/spec/testing";
import { boxes } from "../boxes.js";

for (const options of [{}, { kinds: 26, most: 8 }, { kinds: 6, split: "test" as const }]) {
  describe(`boxes(${JSON.stringify(options)})`, () => {
    registerLaws(
      test,
      problemSourceLaws((seed) => boxes({ ...options, seed })),
    );
  });
}

/** Solves a prompt from its text alone: unpacks every box. */
function weigh(prompt: string): number {
  const contents = new Map<string, { weight: number; held: string[] }>();
  for (const [, box, weight, held] of prompt.matchAll(/A box (\w) weighs (\d+) empty and holds (.+)\.\n/g)) {
    contents.set(String(box), {
      weight: Number(weight),
      held: [...String(held).matchAll(/a box (\w)/g)].map(([, inner]) => String(inner)),
    });
  }
  const open = (box: string): number => {
    const { weight, held } = contents.get(box) as { weight: number; held: string[] };
    return held.reduce((sum, inner) => sum + open(inner), weight);
  };
  return open(String(/How much does a box (\w) weigh\?/.exec(prompt)?.[1]));
}

describe("a problem", () => {
  test("has the answer that its text has, in a graph without faults", () => {
    for (const kinds of [2, 5, 12]) {
      for (const { prompt, graph, answer, difficulty } of boxes({ kinds, seed: 3 }).problems({ count: 1000 })) {
        assert.equal(weigh(prompt), answer);
        assert.deepEqual(validateGraph(graph), []);
        const needed = graph.nodes.filter(({ necessary }) => necessary);
        assert.equal(
          difficulty.operations,
          needed.reduce((sum, { expression }) => sum + (expression.kind === "operation" ? expression.operands.length - 1 : 1), 0),
        );
      }
    }
  });

  test("is solved in true sums whatever the behaviours", () => {
    const source = boxes({ kinds: 9, seed: 5 });
    for (const problem of source.problems({ count: 300 })) {
      for (const { completion } of demonstrate(problem, source.phrasebook, bridge(), 1)) {
        for (const line of completion.split("\n").filter((text) => /^[A-Z]: /.test(text))) {
          const sums = line
            .slice(3)
            .split(" = ")
            .filter((sum) => !/[A-Z]/.test(sum));
          const node = problem.graph.nodes.find(({ label }) => label?.box === line[0]) as GraphNode;
          for (const sum of sums)
            assert.equal(
              sum.split(" + ").reduce((total, part) => total + Number(part), 0),
              node.value,
              line,
            );
        }
        assert.equal(source.phrasebook.parseAnswer(completion), String(problem.answer));
      }
    }
  });

  test("is refused with what is wrong", () => {
    assert.throws(() => boxes({ kinds: 27 }), { code: "invalid-option" });
    assert.throws(() => boxes().problem(-1), { code: "invalid-input" });
  });
});

import { evaluateGraph, validateGraph, vanillaTrace } from "@bridge-rl/dag";
import { createRandom, type Problem } from "@bridge-rl/spec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  notAvailable,
  type PromptbenchOptions,
  type PromptbenchTask,
  parsePrompt,
  promptbench,
  promptbenchTasks,
  prosePhrasebook,
  tersePhrasebook,
  verifySolution,
} from "../src/index.js";

const phrasebooks = [prosePhrasebook(), tersePhrasebook()];

const orders = { order: fc.constantFrom("random" as const, "topological" as const, "reversed" as const) };
const steps = fc.constantFrom("depth-first" as const, "bottom-up" as const);
const common = { redundancies: fc.constantFrom([0, 2] as const, 0), original: fc.boolean(), steps, ...orders };
const tree = { ...common, depth: fc.constantFrom(2, 3, 4, [2, 4] as const), children: fc.constantFrom(2, 3) };
const damage = { deletedPremises: fc.constantFrom(0, 0, [0, 3] as const), cycles: fc.constantFrom(0, 0, [0, 1] as const) };
const graph = { ...common, nodes: fc.integer({ min: 2, max: 20 }), links: fc.constantFrom([0, 2] as const, [1, 3] as const, 8) };
const balance = { balance: fc.constant(false) };
const space: Readonly<Record<PromptbenchTask, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  arithmetic: { ...tree, ...damage, extraLinks: fc.constantFrom(0, 1) },
  linear_equation: { ...tree, extraLinks: fc.constantFrom(0, 1), trees: fc.integer({ min: 1, max: 3 }) },
  bool_logic: { ...tree, ...damage, ...balance, extraLinks: fc.constantFrom(0, 1) },
  deductive_logic: { ...tree, ...balance },
  abductive_logic: { ...tree, ...balance },
  reachability: { ...graph, ...balance },
  max_sum_path: graph,
};

/** `pnpm laws:promptbench` tries 10,000 of each task. */
const runs = Number(process.env.BRIDGE_LAW_RUNS ?? 1500);

/** A problem of a task, under options from across its space. */
function problems(task: PromptbenchTask): fc.Arbitrary<Problem> {
  return fc.tuple(fc.record(space[task]), fc.nat()).map(([options, seed]) => {
    const cycles = JSON.stringify(options.cycles ?? 0) === "0" ? {} : { depth: 4 };
    return promptbench({ ...options, ...cycles, task, seed } as PromptbenchOptions).problem(seed % 1000);
  });
}

describe.each(promptbenchTasks)("%s", (task) => {
  test("has sound graphs, and prompts from which a reader finds the answer", { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(problems(task), ({ graph: made, prompt, answer, difficulty }) => {
        if (validateGraph(made).length > 0) throw new Error(validateGraph(made)[0]?.message);
        const read = parsePrompt(prompt);
        const terse = parsePrompt(tersePhrasebook().renderPrompt(made, createRandom(0)));
        // Without any operator in it, terse logic is not told from arithmetic.
        const isTold = task !== "bool_logic" || made.nodes.some(({ expression }) => expression.kind === "operation");
        if (isTold && (terse.task !== task || terse.answer !== answer)) throw new Error(`terse: ${terse.task} ${terse.answer}\n${prompt}`);
        // A deleted premise that no other line mentions is nowhere in the text.
        const isMentioned = ({ nodes, target }: typeof made, id: number) =>
          nodes[id]?.stated || id === target || nodes.some(({ dependencies }) => dependencies.includes(id));
        // Where a circle is cut depends on where reading begins, unless the target needs it.
        const facts = (one: typeof made) => {
          const seen = one.nodes.filter(({ id, label, necessary }) => isMentioned(one, id) && (necessary || label?.circular === undefined));
          const texts = seen.map(
            ({ name, value, necessary, stated }) => `${name.replace(/.* \(circle.*/, "circle")} ${value} ${necessary} ${stated}`,
          );
          return `${texts.sort().join()} ${one.nodes[one.target]?.name}`;
        };
        if (read.task !== task || read.answer !== answer || facts(read.graph) !== facts(made)) throw new Error(`${prompt}\n${answer}`);
        for (const book of phrasebooks) {
          const { text } = book.renderTrace(made, vanillaTrace(made), createRandom(0));
          const { valid, findings } = verifySolution(made, text);
          if (!valid) throw new Error(`${JSON.stringify(findings)}\n${text}`);
        }
        const stated = made.nodes.filter((node) => node.stated).length;
        if (difficulty.premises !== stated) throw new Error("premises are miscounted");
      }),
      { numRuns: runs },
    );
  });
});

describe("what cannot be known", () => {
  const takes = (options: PromptbenchOptions, count = 400) => [...promptbench(options).problems({ count })];

  test("is N/A in arithmetic exactly where the target needs a missing premise or a circle", () => {
    const damaged = [
      ...takes({ task: "arithmetic", depth: 4, deletedPremises: 1, redundancies: 2 }),
      ...takes({ task: "arithmetic", depth: 4, cycles: 1 }),
    ];
    for (const { graph: made, answer } of damaged) {
      expect(answer === notAvailable).toBe(made.nodes.some(({ necessary, stated }) => necessary && !stated));
    }
    const share = damaged.filter(({ answer }) => answer === notAvailable).length / damaged.length;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(1);
  });

  test("is, in boolean logic, what both values of the missing premises leave open", () => {
    let decided = 0;
    for (const { graph: made, answer } of takes({ task: "bool_logic", depth: 4, deletedPremises: [1, 2], balance: false })) {
      const missing = made.nodes.filter(({ stated }) => !stated);
      const answers = new Set<unknown>();
      for (let choice = 0; choice < 2 ** missing.length; choice++) {
        const nodes = made.nodes.map((node) => {
          const place = missing.indexOf(node);
          return place === -1 ? node : { ...node, expression: { kind: "constant", value: ((choice >> place) & 1) === 1 } as const };
        });
        answers.add(evaluateGraph({ ...made, nodes })[made.target]);
      }
      // Kleene's logic may leave open what a case analysis decides, as in a OR NOT a; trees without shared nodes have no such case.
      expect(answer).toBe(answers.size === 1 ? [...answers][0] : notAvailable);
      if (answer !== notAvailable && missing.some(({ necessary }) => necessary)) decided++;
    }
    expect(decided).toBeGreaterThan(0);
  });
});

describe("labels", () => {
  test.each([
    ["bool_logic", 2],
    ["deductive_logic", 2],
    ["abductive_logic", 3],
    ["reachability", 2],
  ] as const)("of %s are drawn equally often", (task, kinds) => {
    const counts = new Map<unknown, number>();
    for (const { answer } of promptbench({ task, ...(task === "reachability" ? {} : { depth: 4 }) }).problems({ count: 1200 })) {
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
    expect(counts.size).toBe(kinds);
    // Five standard errors of a share of 1200.
    for (const count of counts.values()) expect(Math.abs(count / 1200 - 1 / kinds)).toBeLessThan(0.073);
  });
});

describe("names", () => {
  test("say nothing about the order of a solution, unless they are the original ones", () => {
    const rootIsLast = (original: boolean) => {
      let last = 0;
      for (const { graph: made } of promptbench({ task: "arithmetic", depth: 4, original, seed: 8 }).problems({ count: 500 })) {
        const names = made.nodes.map(({ name }) => name).sort();
        if (names.at(-1) === made.nodes[made.target]?.name) last++;
      }
      return last / 500;
    };
    expect(rootIsLast(true)).toBe(1);
    expect(rootIsLast(false)).toBeLessThan(0.2);
  });
});

describe("premises", () => {
  test("stand in the order asked for", () => {
    for (const order of ["topological", "reversed"] as const) {
      for (const { prompt } of promptbench({ task: "arithmetic", depth: 4, order, redundancies: 2, phrasebook: "brief" }).problems({
        count: 200,
      })) {
        const lines = prompt.split("\n").slice(0, -1);
        const seen = new Set<string>();
        for (const line of order === "reversed" ? lines.reverse() : lines) {
          const [name = "", ...needed] = line.match(/\b[bcdfghjklmnpqrstvwxz]{3}\b/g) ?? [];
          const own = line.startsWith("The value of") ? line.split(" ")[3] : name;
          for (const other of needed) if (other !== own) expect(seen).toContain(other);
          seen.add(String(own));
        }
      }
    }
    const random = createRandom(1);
    const { graph: made } = promptbench({ task: "arithmetic" }).problem(0);
    const source = promptbench({ task: "arithmetic" });
    expect(source.phrasebook.renderPrompt(made, random)).not.toBe(source.phrasebook.renderPrompt(made, random));
  });
});

import { analysis, injectBehaviors, reflection, subgoal } from "@bridge-rl/behaviors";
import { vanillaTrace } from "@bridge-rl/dag";
import { createRandom, type GraphNode, type Problem, type Span, type Step, stepKinds, type Trace, type Value } from "@bridge-rl/spec";
import { richTrace } from "@bridge-rl/spec/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Finding,
  type FindingKind,
  type PromptbenchOptions,
  promptbench,
  promptbenchTasks,
  stepVerifier,
  verifySolution,
} from "../src/index.js";

const cases = promptbenchTasks.flatMap((task) => (["brief", "terse"] as const).map((phrasebook) => ({ task, phrasebook })));
const runs = { numRuns: 40 };
const index = fc.nat(20_000);
const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = <Item>(items: readonly Item[], place: number): Item | undefined => items[Math.floor(place * items.length)];

describe.each(cases)("solutions of $task, $phrasebook", ({ task, phrasebook }) => {
  const isPath = task === "reachability" || task === "max_sum_path";
  const isDamaged = task === "arithmetic" || task === "bool_logic";
  const settings: PromptbenchOptions[] = [
    { task, redundancies: 1 },
    isPath ? { task, nodes: 14, links: [1, 4], redundancies: [0, 2] } : { task, depth: [3, 4], children: 3, redundancies: [0, 2] },
    ...(isDamaged
      ? ([
          { task, depth: 4, deletedPremises: 2 },
          { task, depth: 4, cycles: 1 },
        ] as const)
      : []),
  ];
  const sources = settings.map((options) => promptbench({ ...options, phrasebook, seed: 21 }));
  const problemAt = (number: number): Problem => (sources[number % sources.length] as (typeof sources)[number]).problem(number);
  const [{ phrasebook: book }] = sources as [(typeof sources)[number]];
  const render = ({ graph }: Problem, trace: Trace) => book.renderTrace(graph, trace, createRandom(1));
  const errorsOf = (problem: Problem, text: string): Finding[] =>
    verifySolution(problem, text).findings.filter(({ severity }) => severity === "error");
  const law = (check: (problem: Problem, trace: Trace, place: number) => void) =>
    fc.assert(
      fc.property(index, share, (number, place) => {
        const problem = problemAt(number);
        check(problem, vanillaTrace(problem.graph), place);
      }),
      runs,
    );
  /** What is found first where a trace says something that is not so. */
  const firstKind = (problem: Problem, steps: readonly Step[]): FindingKind | undefined =>
    errorsOf(problem, render(problem, { steps }).text)[0]?.kind;
  const nodeAt = ({ graph }: Problem, step: Step | undefined): GraphNode =>
    graph.nodes[step !== undefined && "node" in step ? step.node : -1] as GraphNode;

  test("as they are made are right, whatever behaviours are in them, and all of these are counted", () => {
    const behaviors = [subgoal(), analysis({ probability: 0.4, inferred: true }), reflection({ probability: 0.5 })];
    law((problem, plain) => {
      const { graph, id, answer } = problem;
      for (const trace of [plain, injectBehaviors(graph, plain, behaviors, createRandom(id)), richTrace(graph, stepKinds)]) {
        const { text } = render(problem, trace);
        expect(errorsOf(problem, text), text).toEqual([]);
        const found = verifySolution(graph, text);
        expect(found).toMatchObject({ valid: true, progress: 1, answer: book.formatAnswer(answer) });
        const written = (kind: Step["kind"]) => trace.steps.filter((step) => step.kind === kind).length;
        expect(found.behaviors).toMatchObject({ attempts: written("attempt"), successfulAttempts: written("attempt") });
        for (const [counted, kind] of [
          ["Checks", "check"],
          ["Plans", "plan"],
          ["Estimates", "estimate"],
          ["Retractions", "retract"],
        ] as const) {
          expect(found.behaviors).toMatchObject({ [counted.toLowerCase()]: written(kind), [`correct${counted}`]: written(kind) });
        }
        // In terse text, repeating the line of a value looks like deriving it.
        if (phrasebook === "brief") expect(found.behaviors.restatements).toBe(written("restate"));
        expect(found.behaviors.correctRestatements).toBe(found.behaviors.restatements);
        expect(stepVerifier().score({ problem, completion: text, phrasebook: book, finishReason: "stop" })).toBe(1);
      }
    });
  });

  test("with a wrong result are found out at it", () => {
    law((problem, { steps }, place) => {
      const step = at(
        steps.filter((one) => !isPair(nodeAt(problem, one))),
        place,
      ) as Step;
      const node = nodeAt(problem, step);
      const value = wrong(node.value);
      const mistake: Step = { kind: "mistake", node: node.id, value };
      const { text, spans } = render(problem, { steps: steps.map((one) => (one === step ? mistake : one)) });
      const [first] = errorsOf(problem, text) as [Finding];
      const span = spans[steps.indexOf(step)] as Span;
      expect(first.kind, text).toBe(node.expression.kind === "operation" ? "wrong-calculation" : "wrong-value");
      expect(first.start).toBeGreaterThanOrEqual(span.start);
      expect(text.slice(first.start, span.end)).toContain(book.formatAnswer(value).split(" ")[0]);
      const reward = stepVerifier().score({ problem, completion: text, phrasebook: book, finishReason: "stop" });
      expect(reward).toBeLessThan(1);
    });
  });

  test("without a step, or with it too late, are found out where it is missed", () => {
    law((problem, { steps }, place) => {
      const inner = steps.slice(0, -1);
      const step = at(inner, place);
      if (step === undefined) return;
      const without = steps.filter((one) => one !== step);
      expect(firstKind(problem, without)).toBe("undefined-symbol");
      const [, ...rest] = without.slice(without.findIndex((one) => nodeAt(problem, one).dependencies.includes(nodeAt(problem, step).id)));
      const late = [...without.slice(0, without.length - rest.length), step, ...rest];
      expect(firstKind(problem, late)).toBe("premature-step");
      expect(firstKind(problem, inner)).toBe("wrong-question");
    });
  });

  test("with a step that is taken twice, or that nothing needs, are told from each other", () => {
    law((problem, { steps }, place) => {
      const twice = at(
        steps.filter((step) => phrasebook === "brief" || nodeAt(problem, step).dependencies.length > 0),
        place,
      );
      if (twice !== undefined) expect(firstKind(problem, [...steps, twice])).toBe("repeated-step");
      const idle = problem.graph.nodes.find(({ necessary, dependencies }) => !necessary && dependencies.length === 0);
      if (idle === undefined) return;
      const longer: Step[] = [{ kind: "derive", node: idle.id, detail: "direct" }, ...steps];
      const { valid, findings } = verifySolution(problem, render(problem, { steps: longer }).text);
      expect({ valid, kinds: findings.map(({ kind }) => kind) }).toEqual({ valid: true, kinds: ["unnecessary-step"] });
    });
  });

  test("that use another quantity are found out at its name", () => {
    law((problem, { steps }, place) => {
      const step = at(
        steps.filter((one) => nodeAt(problem, one).dependencies.length > 0 && !isPair(nodeAt(problem, one))),
        place,
      );
      if (step === undefined) return;
      const node = nodeAt(problem, step);
      const { text, spans } = render(problem, { steps });
      const span = spans[steps.indexOf(step)] as Span;
      const [used] = node.dependencies;
      const name = problem.graph.nodes[used as number]?.name.replace(/ \(circle.*/, "") as string;
      const body = text.indexOf(phrasebook === "brief" ? ", " : "=", span.start + node.name.length);
      const mark = task === "abductive_logic" || phrasebook === "terse" ? body : text.search(/ [=(]/);
      const where = text.indexOf(name, Math.max(body, Math.min(mark, span.end)) + 1);
      if (where === -1 || where >= span.end || name === node.name) return;
      const changed = `${text.slice(0, where)}Zq${text.slice(where + name.length)}`;
      const kinds = errorsOf(problem, changed).filter(({ start }) => start < span.end);
      expect(
        kinds.map(({ kind }) => kind),
        changed,
      ).toContain("unknown-parameter");
      expect(kinds.find(({ kind }) => kind === "unknown-parameter")?.start).toBe(where);
    });
  });

  test("that say what is not so of what is missing, known or stated are found out", () => {
    law((problem, { steps }) => {
      const { graph } = problem;
      const [first] = steps as [Step];
      const solved = nodeAt(problem, first).id;
      const locked = graph.nodes.find(({ id, dependencies }) => dependencies.some((one) => one !== solved) && id !== solved);
      if (locked === undefined || steps.length === 1) return;
      const missing = locked.dependencies.filter((one) => one !== solved);
      const behind = (step: Step) => firstKind(problem, [first, step, ...steps.slice(1)]);
      expect(behind({ kind: "attempt", node: locked.id, missing: [...missing, solved] })).toBe("false-attempt");
      if (missing.length > 1) expect(behind({ kind: "attempt", node: locked.id, missing: missing.slice(1) })).toBe("false-attempt");
      expect(behind({ kind: "plan", node: locked.id, nodes: [...missing, solved] })).toBe("false-plan");
      expect(behind({ kind: "check", node: locked.id })).toBeDefined();
      expect(behind({ kind: "retract", node: solved, value: nodeAt(problem, first).value })).toBe("false-retraction");
      const numeric = graph.nodes.find(({ value }) => typeof value === "number");
      if (numeric !== undefined && task !== "linear_equation") {
        const low = (numeric.value as number) + 1;
        expect(behind({ kind: "estimate", node: numeric.id, low, high: low + 1 })).toBe("false-estimate");
      }
    });
  });

  test("that repeat a line with another quantity or another value in it are found out", () => {
    law((problem, { steps }, place) => {
      const { graph } = problem;
      const stated = graph.nodes.filter(({ stated, dependencies, label }) => stated && (dependencies.length > 0 || label?.links));
      const node = at(stated, place);
      if (node === undefined) return;
      const { text, spans } = render(problem, { steps: [{ kind: "restate", node: node.id }, ...steps] });
      const { end } = spans[0] as Span;
      const others = graph.nodes.map(({ name }) => name).filter((name) => name !== node.name);
      const last = others.map((name) => ({ name, where: text.slice(0, end).search(new RegExp(`\\b${name}\\b(?![^<]*<think>)`)) }));
      const used = last.find(({ where }) => where > (spans[0] as Span).start + 5 || (phrasebook === "terse" && where > 7));
      if (used === undefined) return;
      const changed = `${text.slice(0, used.where)}Zq${text.slice(used.where + used.name.length)}`;
      const found = errorsOf(problem, changed).map(({ kind }) => kind);
      expect(found.length, changed).toBeGreaterThan(0);
      expect(["false-restatement", "unknown-parameter"]).toContain(found[0]);
    });
  });

  test("with another answer, or none, are found out", () => {
    law((problem, trace) => {
      const { text } = render(problem, trace);
      const opening = phrasebook === "terse" ? "\\boxed{" : "<<<";
      const cut = text.slice(0, text.lastIndexOf(opening));
      const closing = phrasebook === "terse" ? "}" : ">>>";
      const other = `${cut}${opening}${book.formatAnswer(wrong(problem.answer))}${closing}`;
      expect(errorsOf(problem, other).map(({ kind }) => kind)).toEqual(["wrong-answer"]);
      expect(errorsOf(problem, cut).map(({ kind }) => kind)).toEqual(["missing-answer"]);
    });
  });
});

function isPair({ expression }: GraphNode): boolean {
  return expression.kind === "operation" && expression.operator === "pair";
}

function wrong(value: Value): Value {
  if (typeof value === "number") return value + 1 + Math.abs(value);
  if (typeof value === "boolean") return !value;
  if (value === "N/A") return true;
  const [first, second] = value.split(" ").map(Number) as [number, number];
  return `${first + 1 + Math.abs(first)} ${second}`;
}

test("solutions in the paper's words, and in PromptBench's own, are read", () => {
  const problem = promptbench({ task: "arithmetic", operators: ["+", "*"], phrasebook: "brief", seed: 3 }).problem(0);
  const { nodes, target } = problem.graph;
  const lines = nodes.map(({ name, value, expression, dependencies }) => {
    if (expression.kind !== "operation") return { paper: `Let's solve ${name}, ${name} is ${value}`, original: `${name} is ${value}.0` };
    const [left, right] = dependencies.map((id) => nodes[id]) as [GraphNode, GraphNode];
    const formula = `${left.name} ${expression.operator} ${right.name}`;
    return {
      paper: `Let's solve ${name}, ${name} = ${formula} = ${value}`,
      original: `${name} = ${formula} = ${left.value}.0 ${expression.operator} ${right.value}.0 = ${value}.0`,
    };
  });
  for (const style of ["paper", "original"] as const) {
    const text = `${lines.map((line) => line[style]).join("\n")}\n\nThus, the answer is <<<${nodes[target]?.value}.0>>>`;
    expect(verifySolution(problem, text)).toMatchObject({ valid: true, progress: 1 });
    expect(verifySolution(problem, text.replace(/ = (\d+)(\.0)?\n/, " = 1$1\n")).valid).toBe(false);
  }
});

import { analysis, checkTrace, createArm, demonstrate, injectBehaviors, reflection, solve, subgoal } from "@bridge-rl/behaviors";
import { igsm, verifySolution as verifyIgsm } from "@bridge-rl/igsm";
import { promptbench, verifySolution as verifyPromptbench } from "@bridge-rl/promptbench";
import { type Behavior, createRandom, type Expression, type GraphNode, type ReasoningGraph, type Step, type Trace } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { backtracking, estimation, planning, verification } from "../src/index.js";

const reference = (node: number): Expression => ({ kind: "reference", node });
const number = (value: number): Expression => ({ kind: "constant", value });
const node = (id: number, name: string, value: number, expression: Expression, dependencies: number[] = []): GraphNode => ({
  id,
  name,
  value,
  expression,
  dependencies,
  necessary: id !== 3,
  stated: true,
});

// a = 14 and b = 3 are given, c = a · b = 42, spare = a + 1, target d = 5 + c = 47.
const graph: ReasoningGraph = {
  nodes: [
    node(0, "a", 14, number(14)),
    node(1, "b", 3, number(3)),
    node(2, "c", 42, { kind: "operation", operator: "*", operands: [reference(0), reference(1)] }, [0, 1]),
    node(3, "spare", 15, { kind: "operation", operator: "+", operands: [reference(0), number(1)] }, [0]),
    node(4, "d", 47, { kind: "operation", operator: "+", operands: [number(5), reference(2)] }, [2]),
  ],
  target: 4,
};
const derive = (id: number): Step => ({ kind: "derive", node: id, detail: "direct" });
const plain: Trace = { steps: [derive(0), derive(1), derive(2), derive(4)] };
const inject = (...behaviors: Behavior[]) => injectBehaviors(graph, plain, behaviors, createRandom(3)).steps;
const describeStep = (step: Step): string => {
  if (step.kind === "remark") return step.text;
  const name = graph.nodes[step.node]?.name;
  if (step.kind === "plan") return `plan ${name}: ${step.nodes.map((id) => graph.nodes[id]?.name).join(" ")}`;
  return step.kind === "estimate" ? `estimate ${name} ${step.low}–${step.high}` : `${step.kind} ${name}`;
};

describe("each on a graph worked by hand", () => {
  test("verification checks what is computed, not what is given", () => {
    expect(inject(verification({ probability: 1 })).map(describeStep)).toEqual([
      ...["derive a", "derive b", "derive c", "check c"],
      ...["derive d", "check d"],
    ]);
  });

  test("planning lists what is needed, distractors left out, and what is still needed", () => {
    expect(inject(planning()).map(describeStep)).toEqual(["plan d: a b c", "derive a", "derive b", "derive c", "derive d"]);
    expect(inject(planning({ revision: 1 })).map(describeStep)).toEqual([
      ...["plan d: a b c", "derive a", "plan d: b c", "derive b"],
      ...["plan d: c", "derive c", "derive d"],
    ]);
    expect(inject(planning({ longest: 2 }))[0]).toMatchObject({ nodes: [2] });
  });

  test("estimation rounds operands, keeps the premise's own numbers, and says nothing of givens", () => {
    // c = [10, 20] · [0, 10]; d = 5 + [40, 50], rounded outward.
    expect(inject(estimation({ probability: 1 })).map(describeStep)).toEqual([
      ...["derive a", "derive b", "estimate c 0–200", "derive c"],
      ...["estimate d 40–60", "derive d"],
    ]);
  });

  test("estimation modulo a number stays silent where the value may wrap around", () => {
    const wrapped = (low: number) => ({
      ...graph,
      modulus: 23,
      nodes: graph.nodes.map((each) => (each.id === 0 ? { ...each, value: low, expression: number(low) } : each)),
    });
    const steps = (each: ReasoningGraph) =>
      estimation({ probability: 1, unit: 4 }).inject(plain, { graph: each, state: undefined as never, random: createRandom(1) }).steps;
    // spare is never derived; c = [0, 4] · [0, 4] lies below 23, [12, 16] · [0, 4] does not.
    const small = { ...wrapped(2), nodes: wrapped(2).nodes.map((each) => (each.id === 2 ? { ...each, value: 6 } : each)) };
    expect(steps(small).filter(({ kind }) => kind === "estimate")).toContainEqual(
      expect.objectContaining({ kind: "estimate", node: 2, low: 0, high: 16 }),
    );
    expect(steps(wrapped(14)).filter((step) => step.kind === "estimate" && step.node === 2)).toEqual([]);
  });

  test("backtracking errs, takes back and derives; later where it may", () => {
    const steps = inject(backtracking({ probability: 1 }));
    expect(steps.map(describeStep)).toEqual([
      ...["derive a", "derive b", "mistake c", "retract c", "derive c"],
      ...["mistake d", "retract d", "derive d"],
    ]);
    const values = new Set<unknown>();
    for (let seed = 0; seed < 200; seed++) {
      const { steps: some } = injectBehaviors(graph, plain, [backtracking({ probability: 1 })], createRandom(seed));
      for (const step of some) if (step.kind === "mistake" && step.node === 2) values.add(step.value);
    }
    // 14 + 3, one more or less, ten more or less.
    expect(values).toEqual(new Set([17, 43, 41, 52, 32]));
  });

  test("backtracking waits no longer than it may, and only with what can be computed by then", () => {
    const wide: ReasoningGraph = {
      target: 4,
      nodes: [
        node(0, "a", 1, number(1)),
        node(1, "b", 2, { kind: "operation", operator: "+", operands: [reference(0), number(1)] }, [0]),
        node(2, "c", 3, { kind: "operation", operator: "+", operands: [reference(0), number(2)] }, [0]),
        { ...node(3, "e", 4, { kind: "operation", operator: "+", operands: [reference(0), number(3)] }, [0]), necessary: true },
        node(4, "d", 9, { kind: "operation", operator: "+", operands: [reference(1), reference(2), reference(3)] }, [1, 2, 3]),
      ],
    };
    const trace: Trace = { steps: [0, 1, 2, 3, 4].map(derive) };
    const gaps = new Set<number>();
    for (let seed = 0; seed < 300; seed++) {
      const { steps } = injectBehaviors(wide, trace, [backtracking({ probability: 0.5, delay: 2 })], createRandom(seed));
      expect(steps.filter(({ kind }) => kind === "derive")).toEqual(trace.steps);
      for (const [index, step] of steps.entries()) {
        if (step.kind !== "mistake") continue;
        const end = steps.findIndex((later, at) => at > index && later.kind === "retract" && later.node === step.node);
        const gap = steps.slice(index, end).filter(({ kind }) => kind === "derive").length;
        if (step.node === 3) gaps.add(gap);
        if (step.node === 1) expect(gap).toBe(0);
      }
    }
    expect([...gaps].sort()).toEqual([0, 1, 2]);
  });

  test("a restated premise stays with its derivation, a check with the one before it", () => {
    const steps = inject(
      analysis({ probability: 1 }),
      verification({ probability: 1 }),
      backtracking({ probability: 1 }),
      estimation({ probability: 1 }),
    );
    expect(steps.map(describeStep)).toEqual([
      ...["derive a", "derive b", "estimate c 0–200", "mistake c", "retract c", "restate c", "derive c", "check c"],
      ...["estimate d 40–60", "mistake d", "retract d", "restate d", "derive d", "check d"],
    ]);
  });
});

describe("on problems", () => {
  const all = createArm("all", {
    behaviors: [
      planning({ revision: 0.1 }),
      reflection({ probability: 0.2 }),
      analysis({ probability: 0.2 }),
      subgoal(),
      estimation({ probability: 0.3 }),
      backtracking({ probability: 0.3, delay: 3 }),
      verification({ probability: 0.3, delay: 2 }),
    ],
  });
  const sources = [
    igsm({ operations: [6, 14], seed: 4, phrasebook: "prose" }),
    igsm({ operations: [6, 14], seed: 4, phrasebook: "terse", modulus: 23 }),
    promptbench({ task: "arithmetic", seed: 4, phrasebook: "prose" }),
    promptbench({ task: "bool_logic", seed: 4, phrasebook: "terse" }),
  ];

  test.each(sources.map((source) => ({ source, name: `${source.name}, ${source.phrasebook.name}` })))(
    "$name: spans show what each wrote, and every mark is counted",
    ({ source }) => {
      const totals: Record<string, number> = {};
      for (const problem of source.problems({ count: 60 })) {
        const [trace] = solve(problem, all, 1) as [Trace];
        expect(checkTrace(problem.graph, trace)).toEqual([]);
        const [{ completion, spans }] = demonstrate(problem, source.phrasebook, all, 1) as [ReturnType<typeof demonstrate>[number]];
        const marks = source.phrasebook.detectBehaviors(completion);
        for (const [kind, name] of [
          ["check", "verification"],
          ["plan", "planning"],
          ["estimate", "estimation"],
          ["retract", "backtracking"],
        ] as const) {
          const steps = trace.steps.filter((step) => step.kind === kind);
          const own = spans.filter((span) => span.kind === kind);
          expect(own.map(({ behavior }) => behavior)).toEqual(steps.map(() => `@bridge-rl/${name}`));
          // A mark may leave out the line break that its span has.
          const found = marks.filter((mark) => mark.kind === kind);
          expect(found.map(({ start, end }) => completion.slice(start, end).trim())).toEqual(
            own.map(({ start, end }) => completion.slice(start, end).trim()),
          );
          totals[kind] = (totals[kind] ?? 0) + steps.length;
        }
        const verify = source.name === "igsm" ? verifyIgsm : verifyPromptbench;
        const { valid, findings, behaviors } = verify(problem, completion);
        expect({ valid, errors: findings.filter(({ severity }) => severity === "error") }).toEqual({ valid: true, errors: [] });
        const marked = (kind: string) => marks.filter((mark) => mark.kind === kind).length;
        expect(behaviors).toMatchObject({
          correctChecks: marked("check"),
          correctPlans: marked("plan"),
          correctEstimates: marked("estimate"),
          correctRetractions: marked("retract"),
        });
      }
      expect(totals.check).toBeGreaterThan(30);
      expect(totals.plan).toBeGreaterThan(50);
      expect(totals.retract).toBeGreaterThan(30);
      if (source.name === "igsm") expect(totals.estimate).toBeGreaterThan(10);
    },
  );

  test("each is as frequent as it says", () => {
    const source = igsm({ operations: [8, 14], seed: 6, phrasebook: "terse" });
    const problems = [...source.problems({ count: 400 })];
    const share = (behavior: Behavior, kind: Step["kind"]) => {
      let written = 0;
      let eligible = 0;
      for (const problem of problems) {
        const [trace] = solve(problem, createArm("x", { behaviors: [behavior] }), 1) as [Trace];
        written += trace.steps.filter((step) => step.kind === kind).length;
        eligible += trace.steps.filter(
          (step) => step.kind === "derive" && problem.graph.nodes[step.node]?.expression.kind === "operation",
        ).length;
      }
      return { share: written / eligible, error: Math.sqrt(0.25 / eligible) };
    };
    for (const [behavior, kind] of [
      [verification({ probability: 0.3 }), "check"],
      [backtracking({ probability: 0.3 }), "mistake"],
      [estimation({ probability: 0.3 }), "estimate"],
    ] as const) {
      const { share: found, error } = share(behavior, kind);
      expect(Math.abs(found - 0.3)).toBeLessThan(4 * error);
    }
  });

  test("reflection by the reference's odds, which moves derivations about, leaves nothing untrue behind", () => {
    const source = igsm({ operations: [6, 14], seed: 4 });
    const shaken = createArm("shaken", { behaviors: [...all.behaviors, reflection({ referenceCode: true, probability: 0.8 })] });
    let kept = 0;
    for (const problem of source.problems({ count: 200 })) {
      const [trace] = solve(problem, shaken, 1) as [Trace];
      expect(checkTrace(problem.graph, trace)).toEqual([]);
      kept += trace.steps.filter(({ kind }) => kind === "retract").length;
    }
    expect(kept).toBeGreaterThan(100);
  });

  test("a phrasebook of spec 1.0, which has no words for them, is refused by name", () => {
    const source = igsm({ operations: 5, seed: 1 });
    const { stepKinds: _, ...old } = source.phrasebook;
    const arm = createArm("checked", { behaviors: [verification({ probability: 1 })] });
    expect(() => demonstrate(source.problem(0), old, arm, 1)).toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringContaining("@bridge-rl/verification") }),
    );
  });
});

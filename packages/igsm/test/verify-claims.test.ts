import { createRandom, type ReasoningGraph, type Step, stepKinds, type Trace } from "@bridge-rl/spec";
import { richTrace } from "@bridge-rl/spec/testing";
import { describe, expect, test } from "vitest";
import { igsm } from "../src/igsm.js";
import { type Verification, verifySolution } from "../src/verify-solution.js";

describe.each([
  { phrasebook: "prose", modulus: undefined },
  { phrasebook: "terse", modulus: undefined },
  { phrasebook: "terse", modulus: 23 },
] as const)("claims in $phrasebook, modulus $modulus", ({ phrasebook, modulus }) => {
  const source = igsm({ operations: [3, 12], seed: 5, phrasebook, ...(modulus === undefined ? {} : { modulus }) });
  const problems = [...source.problems({ count: 60 })];
  const verify = (graph: ReasoningGraph, trace: Trace): Verification =>
    verifySolution(graph, source.phrasebook.renderTrace(graph, trace, createRandom(1)).text);
  const change = (trace: Trace, edit: (step: Step) => Step | undefined): Trace => {
    let open = true;
    const steps = trace.steps.map((step) => {
      const edited = open ? edit(step) : undefined;
      if (edited !== undefined) open = false;
      return edited ?? step;
    });
    expect(open).toBe(false);
    return { steps };
  };
  const errors = (graph: ReasoningGraph, trace: Trace) => verify(graph, trace).findings.map(({ kind }) => kind);

  test("what is true, or taken back, is no error, and is counted", () => {
    for (const { graph } of problems) {
      const trace = richTrace(graph, stepKinds);
      const written = (kind: Step["kind"]) => trace.steps.filter((step) => step.kind === kind).length;
      const { valid, findings, behaviors } = verify(graph, trace);
      expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(valid).toBe(true);
      expect(behaviors).toMatchObject({
        checks: written("check"),
        correctChecks: written("check"),
        plans: written("plan"),
        correctPlans: written("plan"),
        estimates: written("estimate"),
        correctEstimates: written("estimate"),
        retractions: written("retract"),
        correctRetractions: written("retract"),
      });
    }
  });

  test("a wrong value that nothing takes back is an error", () => {
    for (const { graph } of problems) {
      const steps = richTrace(graph, stepKinds).steps.filter(({ kind }) => kind !== "retract");
      expect(verify(graph, { steps }).valid).toBe(false);
    }
  });

  test("each false claim is told by its name", () => {
    for (const { graph } of problems) {
      const trace = richTrace(graph, stepKinds);
      const value = (node: number) => Number(graph.nodes[node]?.value);
      const outside = change(trace, (step) =>
        step.kind === "estimate" ? { ...step, low: value(step.node) + 1, high: value(step.node) + 9 } : undefined,
      );
      expect(errors(graph, outside)).toContain("false-estimate");
      const other = change(trace, (step) => (step.kind === "retract" ? { ...step, value: Number(step.value) + 5 } : undefined));
      expect(errors(graph, other)).toContain("false-retraction");
      const short = change(trace, (step) => {
        const direct = step.kind === "plan" ? (graph.nodes[step.node]?.dependencies[0] as number) : -1;
        return step.kind === "plan" ? { ...step, nodes: [...step.nodes.filter((node) => node !== direct), step.node] } : undefined;
      });
      expect(errors(graph, short)).toContain("false-plan");
      const early = { steps: [...trace.steps.filter(({ kind }) => kind === "check").slice(0, 1), ...trace.steps] };
      expect(errors(graph, early).length).toBeGreaterThan(0);
    }
  });

  test("a check that finds another value, or computes it wrongly, is told", () => {
    let looked = 0;
    for (const { graph } of problems) {
      const { text, spans } = source.phrasebook.renderTrace(graph, richTrace(graph, stepKinds), createRandom(1));
      const span = spans.find(({ kind }) => kind === "check");
      if (span === undefined) continue;
      const line = text.slice(span.start, span.end);
      const wrong = line.replace(/(\d+)(?=[^\d]*$)/, (number) => String(Number(number) + 1));
      const { findings, behaviors } = verifySolution(graph, text.slice(0, span.start) + wrong + text.slice(span.end));
      expect(findings.map(({ kind }) => kind)).toContain("false-check");
      expect(behaviors.correctChecks).toBe(behaviors.checks - 1);
      looked++;
    }
    expect(looked).toBeGreaterThan(50);
  });
});

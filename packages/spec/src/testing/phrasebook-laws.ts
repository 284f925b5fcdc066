import type { Phrasebook } from "../phrasebook.js";
import type { Problem } from "../problem.js";
import { createRandom } from "../random.js";
import type { Step, Trace } from "../trace.js";
import { brokenLaw, type Law } from "./law.js";
import { deepFreeze, plainTrace, richTrace } from "./sample-traces.js";

export interface PhrasebookLawOptions {
  /** Problems whose graphs this phrasebook can word. */
  readonly problems: readonly Problem[];
  /** Solutions to word. @defaultValue the plain one and one with steps of every kind */
  readonly traces?: (problem: Problem) => readonly Trace[];
}

/** What every `Phrasebook` promises, on the problems given. */
export function phrasebookLaws(phrasebook: Phrasebook, options: PhrasebookLawOptions): Law[] {
  const { problems, traces = ({ graph }) => [plainTrace(graph), richTrace(graph, phrasebook.stepKinds)] } = options;
  const each = (check: (problem: Problem, trace: Trace, where: string) => void) => () => {
    for (const problem of problems) {
      for (const [number, trace] of traces(problem).entries())
        check(problem, trace, `${phrasebook.name}, problem ${problem.id}, trace ${number}`);
    }
  };
  const render = (problem: Problem, trace: Trace, seed = problem.id) =>
    phrasebook.renderTrace(problem.graph, trace, createRandom(seed, "phrasebook laws"));

  return [
    {
      name: "gives the problem's answer in every completion",
      check: each((problem, trace, where) => {
        const { text } = render(problem, trace);
        const parsed = phrasebook.parseAnswer(text);
        const expected = phrasebook.formatAnswer(problem.answer);
        if (parsed !== expected) throw brokenLaw(where, `parseAnswer gives ${JSON.stringify(parsed)}, not "${expected}", for\n${text}`);
      }),
    },
    {
      name: "gives no answer before the completion is whole",
      check: each((problem, trace, where) => {
        const { text, spans } = render(problem, trace);
        for (const { end } of spans) {
          const parsed = phrasebook.parseAnswer(text.slice(0, end));
          if (parsed !== undefined) throw brokenLaw(where, `parseAnswer gives "${parsed}" while the thinking part still runs`);
        }
      }),
    },
    {
      name: "writes at least one span per step, all in the order of the text and apart from each other",
      check: each((problem, trace, where) => checkSpans(render(problem, trace), trace, where)),
    },
    {
      name: "words the same trace in the same way for the same random stream",
      check: each((problem, trace, where) => {
        const first = JSON.stringify(render(problem, trace));
        if (JSON.stringify(render(problem, trace)) !== first) throw brokenLaw(where, "two renderings with equal streams differ");
        const prompt = () => phrasebook.renderPrompt(problem.graph, createRandom(problem.id, "phrasebook laws"));
        const prompts = [prompt(), prompt()];
        if (prompts[0] !== prompts[1]) throw brokenLaw(where, "two prompts with equal streams differ");
      }),
    },
    {
      name: "changes neither graph nor trace",
      check: each((problem, trace) => {
        const frozen = deepFreeze(structuredClone({ graph: problem.graph, trace }));
        phrasebook.renderTrace(frozen.graph, frozen.trace, createRandom(0));
        phrasebook.renderPrompt(frozen.graph, createRandom(0));
      }),
    },
    {
      name: "marks what steps besides derivations wrote, where they wrote it, and none in a plain solution",
      check: each((problem, trace, where) => checkMarks(phrasebook, render(problem, trace), { problem, trace, where })),
    },
    {
      name: "ends completions with a stop text",
      check: each((problem, trace, where) => {
        const { text } = render(problem, trace);
        const stops = phrasebook.stop.length === 0 || phrasebook.stop.some((stop) => text.trimEnd().endsWith(stop.trimEnd()));
        if (!stops) throw brokenLaw(where, `ends with ${JSON.stringify(text.slice(-30))}, none of ${JSON.stringify(phrasebook.stop)}`);
      }),
    },
  ];
}

function checkSpans({ text, spans }: ReturnType<Phrasebook["renderTrace"]>, trace: Trace, where: string): void {
  let end = 0;
  for (const [index, span] of spans.entries()) {
    const step = trace.steps[span.step];
    const written = `span ${index} (${span.start}–${span.end})`;
    if (step === undefined || span.kind !== step.kind) throw brokenLaw(where, `${written} is no ${span.kind} of step ${span.step}`);
    const node = step.kind === "remark" ? undefined : step.node;
    if (span.node !== node) throw brokenLaw(where, `${written} names node ${span.node}, its step ${node}`);
    if (span.behavior !== step.behavior) throw brokenLaw(where, `${written} names behaviour ${span.behavior}, its step ${step.behavior}`);
    if (span.start < end || span.end <= span.start || span.end > text.length) {
      throw brokenLaw(where, `${written} is empty, overlaps the one before it or leaves the text of ${text.length} characters`);
    }
    end = span.end;
  }
  const silent = trace.steps.findIndex((_, index) => !spans.some((span) => span.step === index));
  if (silent !== -1) throw brokenLaw(where, `step ${silent} has no span`);
}

/** Every mark is where a step wrote it, and none is missed but of what no reader could tell from a derivation. */
function checkMarks(
  phrasebook: Phrasebook,
  { text, spans }: ReturnType<Phrasebook["renderTrace"]>,
  { problem, trace, where }: { problem: Problem; trace: Trace; where: string },
): void {
  const marks = phrasebook.detectBehaviors(text);
  for (const kind of ["attempt", "restate", "check", "plan", "estimate", "retract"] as const) {
    const written = trace.steps.filter((step) => step.kind === kind && !readsLikeDerivation(phrasebook, problem, step)).length;
    const found = marks.filter((mark) => mark.kind === kind);
    if (found.length !== written)
      throw brokenLaw(where, `detectBehaviors finds ${found.length} times "${kind}" where ${written} were written`);
    for (const mark of found) {
      const inside = spans.some((span) => span.kind === kind && mark.start < span.end && mark.end > span.start);
      if (!inside) throw brokenLaw(where, `the mark "${kind}" at ${mark.start} touches no span of that kind`);
    }
  }
}

/** Whether a repeated premise is worded exactly as the derivation of its node would be, as one that only gives a number can be. */
function readsLikeDerivation(phrasebook: Phrasebook, { graph }: Problem, step: Step): boolean {
  if (step.kind !== "restate") return false;
  const worded = (alone: Step): string => {
    const { text, spans } = phrasebook.renderTrace(graph, { steps: [alone] }, createRandom(0));
    return spans.map(({ start, end }) => text.slice(start, end)).join("");
  };
  return worded(step) === worded({ kind: "derive", node: step.node, detail: "direct" });
}

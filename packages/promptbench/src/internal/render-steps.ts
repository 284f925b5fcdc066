import type { Span, Step, Trace } from "@bridge-rl/spec";

/** Words a trace step by step between an opening and a closing; every step is one span, and the next begins where it ends. */
export function renderSteps(
  trace: Trace,
  opening: string,
  closing: string,
  wordStep: (step: Step) => string,
): { text: string; spans: Span[] } {
  let text = opening;
  const spans: Span[] = [];
  for (let index = 0; index < trace.steps.length; index++) {
    const step = trace.steps[index] as Step;
    const start = text.length;
    text += wordStep(step);
    const span: { -readonly [name in keyof Span]: Span[name] } = { start, end: text.length, step: index, kind: step.kind };
    if (step.kind !== "remark") span.node = step.node;
    if (step.behavior !== undefined) span.behavior = step.behavior;
    spans.push(span);
  }
  return { text: text + closing, spans };
}

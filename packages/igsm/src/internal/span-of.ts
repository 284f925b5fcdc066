import type { Span, Step } from "@bridge-rl/spec";

/** The span of what a step wrote. Spelled out case by case: spreading objects together takes ten times as long. */
export function spanOf(step: Step, index: number, start: number, end: number): Span {
  const { kind, behavior } = step;
  if (step.kind === "remark")
    return behavior === undefined ? { start, end, step: index, kind } : { start, end, step: index, kind, behavior };
  const { node } = step;
  return behavior === undefined ? { start, end, step: index, kind, node } : { start, end, step: index, kind, node, behavior };
}

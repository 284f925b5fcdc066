import type { Step, Trace } from "@bridge-rl/spec";

export type Derivation = Extract<Step, { kind: "derive" }>;

/** The derivations of a solution, in their order. */
export function derivationsOf(trace: Trace): Derivation[] {
  return trace.steps.filter((step): step is Derivation => step.kind === "derive");
}

/**
 * Puts steps around derivations.
 *
 * @param before  steps by the number of the derivation; they come in front of what leads up to it, such as a restated premise
 * @param after  steps by the number of the derivation they follow
 */
export function weave(trace: Trace, before: ReadonlyMap<number, readonly Step[]>, after: ReadonlyMap<number, readonly Step[]>): Trace {
  if (before.size === 0 && after.size === 0) return trace;
  const steps: Step[] = [];
  let lead = 0;
  let number = 0;
  for (const step of trace.steps) {
    // Checks and remarks behind a derivation belong to it, not to the next one.
    if (lead === steps.length && number > 0 && (step.kind === "check" || step.kind === "remark")) lead++;
    if (step.kind === "derive") steps.splice(lead, 0, ...(before.get(number) ?? []));
    steps.push(step);
    if (step.kind !== "derive") continue;
    steps.push(...(after.get(number) ?? []));
    lead = steps.length;
    number++;
  }
  return { ...trace, steps };
}

/** Adds to a list by number. */
export function addTo(lists: Map<number, Step[]>, number: number, ...steps: readonly Step[]): void {
  const list = lists.get(number);
  if (list === undefined) lists.set(number, [...steps]);
  else list.push(...steps);
}

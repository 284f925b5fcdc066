import type { BehaviorContext, Step, Trace } from "@bridge-rl/spec";
import { keepTrue } from "./keep-true.js";

interface Odds {
  readonly probability: number;
  readonly distractorShare: number;
}

/** A derivation together with what stands around it. */
interface Unit {
  readonly node: number;
  readonly steps: readonly Step[];
}

/**
 * The answer loop of the released code (`generate_cot_answer`): before each regular derivation but the first and that of the
 * target, and where the step before made progress, a pick among the distractors or all later nodes. What is solved already is
 * drawn again, what is unlocked is derived there and then (and skipped later), what is locked is attempted.
 */
export function reflectAsReference(trace: Trace, { graph, state, random, options }: BehaviorContext<Odds>): Trace {
  const { units, tail } = splitUnits(trace);
  const distractors = graph.nodes.filter((node) => !node.necessary).map((node) => node.id);
  const steps: Step[] = [];
  let progressed = false;
  const emit = (emitted: readonly Step[]) => {
    for (const step of emitted) {
      // Deriving out of order can make attempts of other behaviours untrue, or bring two together.
      if (step.kind === "attempt" && !(progressed && isExact(step.missing, state.missing(step.node)))) continue;
      steps.push(step);
      state.apply(step);
      if (step.kind === "derive") progressed = true;
      if (step.kind === "attempt") progressed = false;
    }
  };

  for (let index = 0; index < units.length && !state.isSolved(graph.target); ) {
    const unit = units[index] as Unit;
    const inside = index > 0 && index < units.length - 1;
    if (inside && progressed && random.chance(options.probability)) {
      const later = units.slice(index + 1);
      const useless = random.chance(options.distractorShare) && distractors.length > 0;
      const node = random.pick(useless ? distractors : later.map((candidate) => candidate.node)) as number;
      if (state.isLocked(node)) {
        emit([{ kind: "attempt", node, missing: state.missing(node), behavior: "@bridge-rl/reflection" }]);
      } else if (state.isUnlocked(node)) {
        const own = later.find((candidate) => candidate.node === node);
        emit(own === undefined ? [derivation(node)] : own.steps.map(moved));
      }
      continue;
    }
    if (!state.isSolved(unit.node)) emit(unit.steps);
    // The released code counts a step that was taken early as progress when its turn comes.
    progressed = true;
    index++;
  }
  return keepTrue(graph, { ...trace, steps: [...steps, ...tail] });
}

function isExact(missing: readonly number[], exact: readonly number[]): boolean {
  return exact.length > 0 && missing.length === exact.length && exact.every((node) => missing.includes(node));
}

function derivation(node: number): Step {
  return { kind: "derive", node, detail: "direct", behavior: "@bridge-rl/reflection" };
}

function moved(step: Step): Step {
  return step.kind === "derive" ? { behavior: "@bridge-rl/reflection", ...step } : step;
}

/** Cuts a trace behind each derivation; `tail` is what follows the last. */
function splitUnits(trace: Trace): { units: Unit[]; tail: readonly Step[] } {
  const units: Unit[] = [];
  let pending: Step[] = [];
  for (const step of trace.steps) {
    pending.push(step);
    if (step.kind !== "derive") continue;
    units.push({ node: step.node, steps: pending });
    pending = [];
  }
  return { units, tail: pending };
}

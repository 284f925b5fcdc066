import { type BehaviorFactory, defineBehavior, type GraphNode, type GraphState, type Random, type Step, type Trace } from "@bridge-rl/spec";
import { booleanField, optionsSchema, probabilityField } from "./internal/options-schema.js";
import { reflectAsReference } from "./internal/reflect-as-reference.js";

export interface ReflectionOptions {
  /** Chance of an attempt before each derivation but the first and that of the target. @defaultValue 0.1 */
  readonly probability?: number | undefined;
  /** Share of attempts that go to a node the target does not need, where a locked one is left. @defaultValue 0.3 */
  readonly distractorShare?: number | undefined;
  /**
   * Repeats the loop of the released code, which picks among all later and all distracting nodes, and derives on the spot what
   * happens to be unlocked (18 % of the picks on 15–20 operations). Both options above keep their meaning.
   *
   * @defaultValue false
   */
  readonly referenceCode?: boolean | undefined;
}

const options = optionsSchema({
  probability: probabilityField(0.1),
  distractorShare: probabilityField(0.3),
  referenceCode: booleanField(false),
});

/**
 * Attempts a node that is still locked, names what is missing, and returns: BRIDGE's exploration behaviour
 * (arXiv 2505.18917, §3.3 and Algorithm 1, lines 2–4).
 *
 * Never two attempts in a row, so every attempt is followed by progress. The answer is untouched, and without `referenceCode`
 * the other steps and their order are too.
 */
export const reflection: BehaviorFactory<"@bridge-rl/reflection", ReflectionOptions> = defineBehavior({
  name: "@bridge-rl/reflection",
  specVersion: 1,
  options,
  inject(trace, { graph, state, random, options: resolved }): Trace {
    if (resolved.referenceCode) return reflectAsReference(trace, { graph, state, random, options: resolved });
    const { probability, distractorShare } = resolved;
    const steps: Step[] = [];
    let progressed = false;
    for (const step of trace.steps) {
      if (step.kind === "derive") {
        if (progressed && step.node !== graph.target && random.chance(probability)) {
          const node = pickLocked(state, random, distractorShare);
          if (node !== undefined) insertBefore(steps, step.node, attempt(node, state));
        }
        progressed = true;
      } else if (step.kind === "attempt") progressed = false;
      steps.push(step);
      state.apply(step);
    }
    return { ...trace, steps };
  },
});

/** Draws a locked node: a distractor with the given share, else one that the target still needs. */
function pickLocked(state: GraphState, random: Random, distractorShare: number): GraphNode | undefined {
  const locked = state.locked();
  const distractors = locked.filter((node) => !node.necessary);
  const wantsDistractor = random.chance(distractorShare);
  return random.pick(wantsDistractor && distractors.length > 0 ? distractors : locked.filter((node) => node.necessary));
}

function attempt(node: GraphNode, state: GraphState): Step {
  return { kind: "attempt", node: node.id, missing: state.missing(node.id), behavior: "@bridge-rl/reflection" };
}

/** Puts a step before what leads up to deriving a node: a restatement stays with its derivation. */
function insertBefore(steps: Step[], node: number, step: Step): void {
  let at = steps.length;
  for (let last = steps[at - 1]; last?.kind === "restate" && last.node === node; last = steps[at - 1]) at--;
  steps.splice(at, 0, step);
}

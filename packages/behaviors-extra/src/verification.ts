import { type BehaviorFactory, defineBehavior, numberOptions, type Step } from "@bridge-rl/spec";
import { addTo, derivationsOf, weave } from "./internal/weave.js";

export interface VerificationOptions {
  /** Chance that a derivation is checked. @defaultValue 0.2 */
  readonly probability?: number | undefined;
  /** The most derivations that come between one and its check; how many is drawn evenly. @defaultValue 0 */
  readonly delay?: number | undefined;
}

/**
 * Computes a value again after its derivation, at once or some derivations later, and finds it as before.
 *
 * Values that a premise gives, or that another node's value is copied from, leave nothing to compute and are not checked. The derivations and
 * their order are untouched; a check that is due behind the target follows it.
 */
export const verification: BehaviorFactory<"@bridge-rl/verification", VerificationOptions> = defineBehavior({
  name: "@bridge-rl/verification",
  specVersion: 1,
  options: numberOptions({
    probability: { default: 0.2, minimum: 0, maximum: 1 },
    delay: { default: 0, minimum: 0 },
  }),
  inject(trace, { graph, random, options: { probability, delay } }) {
    const checks = new Map<number, Step[]>();
    const derivations = derivationsOf(trace);
    for (const [number, { node }] of derivations.entries()) {
      const own = random.fork("check", node);
      if (graph.nodes[node]?.expression.kind !== "operation" || !own.chance(probability)) continue;
      const at = Math.min(number + own.integer(0, delay), derivations.length - 1);
      addTo(checks, at, { kind: "check", node, behavior: "@bridge-rl/verification" });
    }
    return weave(trace, new Map(), checks);
  },
});

import { BridgeError, type FrozenPolicy, type Policy } from "@bridge-rl/spec";
import type { CheckpointStore } from "@bridge-rl/training";

/** Which policy KL is measured to. Plain JSON. */
export type ReferenceChoice = "frozen" | "none" | { readonly syncEvery: number };

/** Holds the policy that KL is measured to. */
export interface ReferenceKeeper {
  /** The reference of a step, counted from 0, which the policy stands at. */
  at(step: number): Promise<FrozenPolicy>;
  dispose(): Promise<void>;
}

/**
 * Freezes the policy as the run began, or anew every so many steps. References are kept beside the checkpoints, so that a resumed run goes
 * on with the one it had.
 */
export async function keepReference(
  policy: Policy,
  choice: Exclude<ReferenceChoice, "none">,
  store: CheckpointStore | undefined,
): Promise<ReferenceKeeper> {
  const every = choice === "frozen" ? Number.POSITIVE_INFINITY : choice.syncEvery;
  const frozenAt = (step: number): number => (every === Number.POSITIVE_INFINITY ? 0 : Math.floor(step / every) * every);
  const nameOf = (step: number): string => (step === 0 ? "reference" : `reference-${String(step).padStart(8, "0")}`);
  const now = store?.latest()?.step ?? 0;
  let held: { readonly step: number; readonly policy: FrozenPolicy } | undefined;
  // A reference taken at the very step that the run resumes at is the policy itself, once that is loaded.
  if (now === 0 || frozenAt(now) < now) {
    const step = frozenAt(now);
    if (store !== undefined) await policy.load(await storedReference(store, policy, nameOf(step), now));
    held = { step, policy: await policy.snapshot() };
  }
  return {
    async at(step) {
      const wanted = frozenAt(step);
      if (held?.step === wanted) return held.policy;
      await held?.policy.dispose();
      held = { step: wanted, policy: await policy.snapshot() };
      await store?.policyOnce(nameOf(wanted), policy);
      return held.policy;
    },
    async dispose() {
      await held?.policy.dispose();
      held = undefined;
    },
  };
}

async function storedReference(store: CheckpointStore, policy: Policy, name: string, now: number): Promise<string> {
  if (now === 0) return store.policyOnce(name, policy);
  const directory = store.policyDirectory(name);
  if (directory === undefined) {
    throw new BridgeError("missing-file", `${store.directory} has no ${name}, which the run at step ${now} goes on with; put it back`);
  }
  return directory;
}

import { BridgeError, createRandom, type Demonstration, type Value } from "@bridge-rl/spec";

/** The rollouts of one problem with their rewards: a line of `bridge rollout`, or what a sampler of your own gave. */
export interface ScoredRollouts {
  /** The problem's id. */
  readonly problem: string;
  readonly prompt: string;
  readonly answer: Value;
  readonly operations: number;
  /** The problem's. @defaultValue absent from the demonstrations too */
  readonly structureHash?: string;
  /** What the arithmetic is modulo. @defaultValue absent: ordinary numbers */
  readonly modulus?: number;
  readonly rollouts: readonly { readonly text: string; readonly reward: number; readonly finishReason: "stop" | "length" }[];
}

export interface RejectionSamplingOptions {
  /** The most demonstrations that one problem gives. @defaultValue 4, as many as PP-Aug and RC-Aug make */
  readonly copies?: number;
  /** What a rollout has to be rewarded with to count as right. @defaultValue 1 */
  readonly reward?: number;
  /** The least and the greatest number of right rollouts among those of a problem, both included. @defaultValue [1, all of them] */
  readonly right?: readonly [least: number, most: number];
  /** Decides, with the problem's id, which of the right rollouts are taken. @defaultValue 0 */
  readonly seed?: number | string;
}

/**
 * The rejection-sampling arm: a model's own right completions, as demonstrations without spans.
 *
 * Rollouts that were cut off are not taken, equal ones once. Draws are keyed by seed and problem, so the arm is paired with all others
 * of the same problems; a problem without right rollouts has none (see `matchArms`).
 *
 * @throws BridgeError `invalid-option`
 */
export function rejectionSampling(group: ScoredRollouts, options: RejectionSamplingOptions = {}): Demonstration[] {
  const { copies = 4, seed = 0 } = options;
  if (!Number.isInteger(copies) || copies < 1) {
    throw new BridgeError("invalid-option", `rejection sampling takes ${copies} copies; use an integer of at least 1`);
  }
  if (!keepsProblem(group, options)) return [];
  const { problem, prompt, answer, operations, structureHash, modulus, rollouts } = group;
  const known = { ...(structureHash === undefined ? {} : { structureHash }), ...(modulus === undefined ? {} : { modulus }) };
  const right = rollouts.filter((rollout) => isRight(rollout, options) && rollout.finishReason === "stop").map(({ text }) => text);
  return createRandom(seed, `rejection sampling of ${problem}`)
    .shuffle([...new Set(right)])
    .slice(0, copies)
    .map((completion) => ({ problem, prompt, completion, spans: [], answer, operations, ...known }));
}

/**
 * Whether a problem's accuracy is in the wanted range. The paper's rejection sampling of RL queries keeps those with 1 to 7 right of 8
 * (arXiv 2505.18917, App. B.6): `right: [1, 7]`.
 *
 * @throws BridgeError `invalid-option` for a range that is none
 */
export function keepsProblem(group: ScoredRollouts, options: RejectionSamplingOptions = {}): boolean {
  const { right: [least, most] = [1, group.rollouts.length] } = options;
  if (!(least >= 0 && (least <= most || options.right === undefined))) {
    throw new BridgeError("invalid-option", `right rollouts cannot number from ${least} to ${most}; give the smaller number first`);
  }
  const count = group.rollouts.filter((rollout) => isRight(rollout, options)).length;
  return count >= least && count <= most;
}

function isRight({ reward }: { readonly reward: number }, { reward: wanted = 1 }: RejectionSamplingOptions): boolean {
  return reward >= wanted;
}

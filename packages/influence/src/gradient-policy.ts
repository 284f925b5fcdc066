import { BridgeError, type Policy, type TensorValue, type TrainingRow } from "@bridge-rl/spec";
import { defined } from "@bridge-rl/training";

/** A policy whose accumulated gradient can be read, as that of `LocalPolicy` can. Only estimators that need no gradient do without it. */
export interface GradientPolicy extends Policy {
  /** The gradient accumulated so far, by parameter. */
  readonly gradient: ReadonlyMap<string, TensorValue>;
}

/** Tells whether a policy's gradient can be read. */
export function readsGradients(policy: Policy): policy is GradientPolicy {
  return "gradient" in policy && policy.gradient instanceof Map;
}

/** @throws BridgeError `unsupported` where the gradient can't be read */
export function requireGradients(policy: Policy, who: string): GradientPolicy {
  if (readsGradients(policy)) return policy;
  throw new BridgeError(
    "unsupported",
    `${who} reads gradients, which this policy keeps to itself; use a LocalPolicy, or the forward-only estimator`,
  );
}

export interface RolloutGradientOptions {
  /** What the rollouts were sampled at. @defaultValue 1 */
  readonly temperature?: number;
  readonly signal?: AbortSignal;
}

/**
 * The exact gradient ∇ log π of one rollout, flattened over all parameters in the policy's order, by a backward pass of its own.
 *
 * @param weight  multiplies log π, for example by 1/|o|
 * @throws BridgeError `unsupported` where the policy's gradient can't be read
 */
export async function rolloutGradient(
  policy: Policy,
  row: TrainingRow,
  weight = 1,
  options: RolloutGradientOptions = {},
): Promise<Float32Array> {
  const readable = requireGradients(policy, "rolloutGradient");
  const gradients = [new Float32Array(row.completionIds.length).fill(weight)];
  const loss = { derivative: "constant" as const, evaluate: () => ({ loss: 0, gradients, metrics: {} }) };
  await policy.forwardBackward([row], loss, defined({ temperature: options.temperature, signal: options.signal }));
  const flat = flatGradient(readable);
  await policy.storeGradient("influence/rollout");
  return flat;
}

/** A copy of the accumulated gradient. */
export function flatGradient({ gradient }: GradientPolicy): Float32Array {
  const parts = [...gradient.values()];
  const flat = new Float32Array(parts.reduce((total, { data }) => total + data.length, 0));
  let start = 0;
  for (const { data } of parts) {
    if (!(data instanceof Float32Array))
      throw new BridgeError("unsupported", "gradients are read as 32-bit floats; this policy has others");
    flat.set(data, start);
    start += data.length;
  }
  return flat;
}

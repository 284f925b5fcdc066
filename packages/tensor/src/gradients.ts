import { add } from "./arithmetic.js";
import { describe } from "./internal/operand.js";
import { sameShape } from "./internal/shape.js";
import { zeros } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** An output and the gradient with respect to it. */
export interface Seed {
  readonly output: Tensor;
  readonly gradient: Tensor;
}

/**
 * Reverse-mode derivative: Σ over outputs of gradient · d output / d parameter, for each parameter, as tensors of the same graph.
 *
 * A parameter that no output depends on gets zeros. The result can be differentiated again.
 *
 * @throws TensorError `shape-mismatch` where a seed's gradient doesn't have its output's shape
 */
export function gradients(seeds: readonly Seed[], parameters: readonly Tensor[]): Tensor[] {
  const dependent = dependents(
    seeds.map((seed) => seed.output),
    parameters,
  );
  const collected = new Map<Tensor, Tensor>();
  const collect = (tensor: Tensor, gradient: Tensor): void => {
    const earlier = collected.get(tensor);
    collected.set(tensor, earlier === undefined ? gradient : add(earlier, gradient));
  };
  for (const { output, gradient } of seeds) {
    if (!sameShape(output.shape, gradient.shape) || output.dataType !== gradient.dataType) {
      throw new TensorError("shape-mismatch", `gradients: a seed of ${describe(gradient)} doesn't fit an output of ${describe(output)}`);
    }
    collect(output, gradient);
  }
  // ids grow along every edge, so falling ids meet a tensor only after everything computed from it
  for (const tensor of [...dependent].sort((left, right) => right.id - left.id)) {
    const gradient = collected.get(tensor);
    const { derivative } = tensor;
    if (gradient === undefined || derivative === undefined) continue;
    const wanted = derivative.inputs.map((input) => dependent.has(input));
    const contributions = derivative.pull(gradient, wanted);
    derivative.inputs.forEach((input, index) => {
      const contribution = contributions[index];
      if (wanted[index] && contribution !== undefined) collect(input, contribution);
    });
  }
  return parameters.map((parameter) => collected.get(parameter) ?? zeros(parameter, parameter.shape));
}

/** The tensors on a differentiable way from a parameter to an output. */
function dependents(outputs: readonly Tensor[], parameters: readonly Tensor[]): Set<Tensor> {
  const ancestors = new Set<Tensor>();
  const pending = [...outputs];
  for (let tensor = pending.pop(); tensor !== undefined; tensor = pending.pop()) {
    if (ancestors.has(tensor)) continue;
    ancestors.add(tensor);
    if (tensor.derivative) pending.push(...tensor.derivative.inputs);
  }
  const dependent = new Set(parameters);
  for (const tensor of [...ancestors].sort((left, right) => left.id - right.id)) {
    if (tensor.derivative?.inputs.some((input) => dependent.has(input))) dependent.add(tensor);
  }
  return dependent;
}

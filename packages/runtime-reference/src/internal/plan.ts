import { BridgeError } from "@bridge-rl/spec";
import type { Graph, Operation, Tensor } from "@bridge-rl/tensor";
import type { Kernel } from "./kernel.js";
import { elementwiseKernels } from "./kernels/elementwise.js";
import { lookupKernels } from "./kernels/lookup.js";
import { movementKernels } from "./kernels/movement.js";
import { productKernels } from "./kernels/product.js";
import { reductionKernels } from "./kernels/reduction.js";

/** One operation of a program, with the values that nothing behind it needs. */
export interface Step {
  readonly tensor: Tensor;
  readonly source: Operation;
  readonly kernel: Kernel;
  readonly inputs: readonly Tensor[];
  readonly lastUses: Tensor["source"][];
}

const kernels: Readonly<Record<string, Kernel>> = {
  ...elementwiseKernels,
  ...lookupKernels,
  ...movementKernels,
  ...productKernels,
  ...reductionKernels,
};

/** The tensor that stands for another: an operator outside of ONNX's own set is replaced by its standard form. */
export function standardForm(tensor: Tensor, forms: Map<Operation, Tensor>): Tensor {
  let current = tensor;
  while (current.source.kind === "operation" && current.source.plain !== undefined) {
    const form = forms.get(current.source) ?? current.source.plain();
    forms.set(current.source, form);
    current = form;
  }
  return current;
}

/**
 * The operations that the outputs need, each behind those it needs. Works through a list, since a deep graph would exhaust the stack.
 *
 * @throws BridgeError `unsupported` for an operator without a kernel
 */
export function planGraph(graph: Graph, forms: Map<Operation, Tensor>): Step[] {
  const steps: Step[] = [];
  const done = new Set<Tensor["source"]>();
  const pending = [...graph.outputs.values()].map((output) => standardForm(output, forms)).reverse();
  for (let tensor = pending.at(-1); tensor !== undefined; tensor = pending.at(-1)) {
    const { source } = tensor;
    if (source.kind !== "operation" || done.has(source)) {
      pending.pop();
      continue;
    }
    const inputs = source.inputs.map((input) => standardForm(input, forms));
    const missing = inputs.filter((input) => input.source.kind === "operation" && !done.has(input.source));
    if (missing.length > 0) {
      pending.push(...missing);
      continue;
    }
    pending.pop();
    done.add(source);
    steps.push({ tensor, source, kernel: kernelOf(source), inputs, lastUses: [] });
  }
  markLastUses(
    steps,
    [...graph.outputs.values()].map((output) => standardForm(output, forms).source),
  );
  return steps;
}

function kernelOf({ operator, domain }: Operation): Kernel {
  const kernel = domain === "" ? kernels[operator] : undefined;
  if (kernel === undefined) {
    const name = domain === "" ? operator : `${domain}.${operator}`;
    throw new BridgeError(
      "unsupported",
      `the reference runtime has no operator ${name}; give its operation a \`plain\` form of standard ones`,
    );
  }
  return kernel;
}

function markLastUses(steps: readonly Step[], outputs: readonly Tensor["source"][]): void {
  const seen = new Set(outputs);
  for (const step of [...steps].reverse()) {
    for (const { source } of step.inputs) {
      if (source.kind !== "operation" || seen.has(source)) continue;
      seen.add(source);
      step.lastUses.push(source);
    }
  }
}

import type { TensorValue } from "@bridge-rl/spec";
import { quantizeRows } from "@bridge-rl/tensor";

/**
 * Whether a parameter is taken in 8 bits: the layers' projections, where the work is. The head is not, since what it is off by goes into the
 * log-probabilities directly, and neither are adapters, which are small.
 */
export function isQuantized(name: string): boolean {
  return /^model\.layers\.\d+\.\w+\.[a-z]+_proj\.weight$/.test(name);
}

/** Name of the factors that belong to a parameter in 8 bits. */
export function scalesName(name: string): string {
  return `${name} scales`;
}

/** The layers' projections in 8 bits, `[inputs, outputs]`, and their factors. */
export function quantizeWeights(tensors: ReadonlyMap<string, TensorValue>): Map<string, TensorValue> {
  return new Map([...tensors].filter(([name]) => isQuantized(name)).flatMap(([name, value]) => quantize(name, value)));
}

function quantize(name: string, { data, shape }: TensorValue): [string, TensorValue][] {
  const [outputs = 0, inputs = 0] = shape;
  const rounded = quantizeRows(data as Float32Array, outputs);
  return [
    [name, { data: rounded.data, shape: [inputs, outputs] }],
    [scalesName(name), { data: rounded.scales, shape: [outputs] }],
  ];
}

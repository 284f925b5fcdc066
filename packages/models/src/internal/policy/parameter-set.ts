import { BridgeError, type TensorValue } from "@bridge-rl/spec";
import type { DecoderParameter } from "../../decoder-parameters.js";

/** One number per parameter of a model, in one array, with a view for each tensor. Weights, gradients and moments are each such a set. */
export class ParameterSet {
  readonly declarations: readonly DecoderParameter[];
  readonly data: Float32Array;
  readonly #views: ReadonlyMap<string, Float32Array>;

  constructor(declarations: readonly DecoderParameter[], data?: Float32Array) {
    this.declarations = declarations;
    let count = 0;
    const starts = declarations.map(({ shape }) => {
      const start = count;
      count += elementCount(shape);
      return start;
    });
    this.data = data ?? new Float32Array(count);
    this.#views = new Map(
      declarations.map(({ name, shape }, index) => {
        const start = starts[index] ?? 0;
        return [name, this.data.subarray(start, start + elementCount(shape))];
      }),
    );
  }

  /** The part of one tensor, shared with `data`. */
  view(name: string): Float32Array {
    const view = this.#views.get(name);
    if (view === undefined) throw new BridgeError("internal", `there is no parameter ${name}`);
    return view;
  }

  /** Takes the values of every tensor. @throws BridgeError `shape-mismatch`, `invalid-input` for a tensor too many or too few */
  assign(values: ReadonlyMap<string, Float32Array>, origin: string): void {
    for (const { name, shape } of this.declarations) {
      const value = values.get(name);
      if (value === undefined) throw new BridgeError("invalid-input", `${origin} lacks the tensor ${name}`);
      const view = this.view(name);
      if (value.length !== view.length) {
        throw new BridgeError("shape-mismatch", `${origin}: ${name} has ${value.length} elements; the model wants [${shape.join(", ")}]`);
      }
      view.set(value);
    }
    for (const name of values.keys()) {
      if (!this.#views.has(name)) throw new BridgeError("invalid-input", `${origin} has a tensor ${name} that the model doesn't`);
    }
  }

  /** Every tensor with its shape, sharing memory with this set. */
  tensors(): Map<string, TensorValue> {
    return new Map(this.declarations.map(({ name, shape }) => [name, { data: this.view(name), shape }]));
  }

  copy(): ParameterSet {
    return new ParameterSet(this.declarations, this.data.slice());
  }

  /** Adds values to one tensor. */
  add(name: string, values: Float32Array): void {
    const view = this.view(name);
    // four at a time takes two thirds of the time, and every run adds every gradient
    const whole = view.length - (view.length % 4);
    for (let index = 0; index < whole; index += 4) {
      view[index] = (view[index] as number) + (values[index] as number);
      view[index + 1] = (view[index + 1] as number) + (values[index + 1] as number);
      view[index + 2] = (view[index + 2] as number) + (values[index + 2] as number);
      view[index + 3] = (view[index + 3] as number) + (values[index + 3] as number);
    }
    for (let index = whole; index < view.length; index++) view[index] = (view[index] as number) + (values[index] as number);
  }

  /** √Σx² over everything. @throws BridgeError `non-finite` naming the first tensor that holds a NaN or an infinity */
  norm(what: string): number {
    let total = 0;
    for (const { name } of this.declarations) {
      const squares = sumOfSquares(this.view(name));
      if (!Number.isFinite(squares)) {
        throw new BridgeError(
          "non-finite",
          `the ${what} of ${name} is not finite; lower the learning rate, or look at the batch before it`,
        );
      }
      total += squares;
    }
    return Math.sqrt(total);
  }
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function sumOfSquares(values: Float32Array): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    total += value * value;
  }
  return total;
}

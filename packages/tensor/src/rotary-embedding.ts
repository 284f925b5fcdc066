import { add, multiply, negate, subtract } from "./arithmetic.js";
import { gatherRows } from "./indexing.js";
import { describe, requireFloat } from "./internal/operand.js";
import { sameShape, sizeAt } from "./internal/shape.js";
import { concat, reshape, slice } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** Cosines and sines of every position, `[positions, size / 2]` each. */
export interface RotaryTable {
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/**
 * Rotates pairs of elements by an angle that grows with the position (arXiv 2104.09864), first half against second half as
 * Hugging Face has it: (a, b) → (a·cos − b·sin, b·cos + a·sin).
 *
 * @param input      `[batch, heads, tokens, size]`
 * @param table      rows that `positions` point into; nothing flows back into it
 * @param positions  int64 `[batch, tokens]`
 */
export function rotaryEmbedding(input: Tensor, table: RotaryTable, positions: Tensor): Tensor {
  requireFloat(input, "rotaryEmbedding");
  const [batch = 0, , tokens = 0, size = 0] = input.shape;
  if (input.shape.length !== 4 || size % 2 !== 0 || sizeAt(table.cosine.shape, -1) !== size / 2) {
    throw new TensorError(
      "shape-mismatch",
      `rotaryEmbedding: ${describe(input)} is not [batch, heads, tokens, size] with tables of half its size (${describe(table.cosine)})`,
    );
  }
  if (!sameShape(positions.shape, [batch, tokens]) || positions.dataType !== "int64") {
    throw new TensorError("shape-mismatch", `rotaryEmbedding: positions are int64 [${batch}, ${tokens}], not ${describe(positions)}`);
  }
  const plain = (): Tensor => {
    const rows = (each: Tensor): Tensor => reshape(gatherRows(each, positions), [batch, 1, tokens, size / 2]);
    const cosine = rows(table.cosine);
    const sine = rows(table.sine);
    const first = slice(input, -1, 0, size / 2);
    const second = slice(input, -1, size / 2, size);
    return concat([subtract(multiply(first, cosine), multiply(second, sine)), add(multiply(second, cosine), multiply(first, sine))], -1);
  };
  return input.graph.operation({
    operator: "RotaryEmbedding",
    domain: "com.microsoft",
    inputs: [input, positions, table.cosine, table.sine],
    outputs: [{ shape: input.shape, dataType: input.dataType }],
    plain,
    derivative: () => ({
      inputs: [input],
      // a rotation's transpose turns the other way
      pull: (gradient) => [rotaryEmbedding(gradient, { cosine: table.cosine, sine: negate(table.sine) }, positions)],
    }),
  });
}

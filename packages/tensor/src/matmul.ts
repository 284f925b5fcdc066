import { multiply, sumTo } from "./arithmetic.js";
import { describe, requireFloat } from "./internal/operand.js";
import { broadcastShapes, sizeAt } from "./internal/shape.js";
import { reshape, transpose, zeros } from "./shape-operations.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

/** How the two matrices enter a product. */
export interface MatmulOptions {
  /** Takes the left matrices transposed. @defaultValue false */
  readonly transposeLeft?: boolean;
  /** Takes the right matrices transposed. @defaultValue false */
  readonly transposeRight?: boolean;
  /** Multiplies the result. @defaultValue 1 */
  readonly scale?: number;
}

/**
 * The matrix product of the last two axes, `[…, m, k] × […, k, n] → […, m, n]`; leading axes broadcast.
 *
 * @throws TensorError `shape-mismatch`
 */
export function matmul(left: Tensor, right: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeLeft = false, transposeRight = false, scale = 1 } = options;
  requireFloat(left, "matmul");
  if (left.shape.length < 2 || right.shape.length < 2 || left.dataType !== right.dataType) {
    throw new TensorError("shape-mismatch", `matmul: ${describe(left)} and ${describe(right)} are not matrices of one type`);
  }
  const [rows, inner] = matrix(left, transposeLeft);
  const [rightInner, columns] = matrix(right, transposeRight);
  if (inner !== rightInner) {
    const marked = (tensor: Tensor, transposed: boolean): string => `${describe(tensor)}${transposed ? " transposed" : ""}`;
    throw new TensorError(
      "shape-mismatch",
      `matmul: the inner sizes of ${marked(left, transposeLeft)} and ${marked(right, transposeRight)} differ (${inner} and ${rightInner})`,
    );
  }
  const batch = broadcastShapes(left.shape.slice(0, -2), right.shape.slice(0, -2), "matmul");
  const output = { shape: [...batch, rows, columns], dataType: left.dataType };
  // sums of nothing, on which some providers' kernels crash; no element is there for a gradient to flow to
  if (inner === 0) return zeros(left, output.shape);
  const derivative = (): NonNullable<Tensor["derivative"]> => ({
    inputs: [left, right],
    // Y = s·op(A)·op(B): dop(A) = s·G·op(B)ᵀ and dop(B) = s·op(A)ᵀ·G, each transposed back where op transposes
    pull: (gradient, [wantsLeft, wantsRight]) => [
      wantsLeft
        ? sumTo(
            transposeLeft
              ? matmul(right, gradient, { transposeLeft: transposeRight, transposeRight: true, scale })
              : matmul(gradient, right, { transposeRight: !transposeRight, scale }),
            left.shape,
          )
        : undefined,
      wantsRight
        ? sumTo(
            transposeRight
              ? matmul(gradient, left, { transposeLeft: true, transposeRight: transposeLeft, scale })
              : matmul(left, gradient, { transposeLeft: !transposeLeft, scale }),
            right.shape,
          )
        : undefined,
    ],
  });
  const { graph } = left;
  if (left.shape.length > 2 && right.shape.length === 2 && !transposeLeft) {
    // one large product, whose derivative is one large product too
    return reshape(matmul(reshape(left, [-1, inner]), right, options), output.shape);
  }
  if (!transposeLeft && !transposeRight && scale === 1) {
    return graph.operation({ operator: "MatMul", inputs: [left, right], outputs: [output], derivative });
  }
  if (left.shape.length === 2 && right.shape.length === 2) {
    const attributes = { transA: Number(transposeLeft), transB: Number(transposeRight), alpha: { float: scale } };
    return graph.operation({ operator: "Gemm", inputs: [left, right], attributes, outputs: [output], derivative });
  }
  const plain = (): Tensor => {
    const product = matmul(transposeLeft ? swapLast(left) : left, transposeRight ? swapLast(right) : right);
    return scale === 1 ? product : multiply(product, scale);
  };
  return graph.operation({
    operator: "FusedMatMul",
    domain: "com.microsoft",
    inputs: [left, right],
    attributes: { transA: Number(transposeLeft), transB: Number(transposeRight), alpha: { float: scale } },
    outputs: [output],
    plain,
    derivative,
  });
}

function matrix(tensor: Tensor, transposed: boolean): [number, number] {
  const rows = sizeAt(tensor.shape, -2);
  const columns = sizeAt(tensor.shape, -1);
  return transposed ? [columns, rows] : [rows, columns];
}

function swapLast(tensor: Tensor): Tensor {
  const rank = tensor.shape.length;
  const order = tensor.shape.map((_, axis) => (axis === rank - 1 ? rank - 2 : axis === rank - 2 ? rank - 1 : axis));
  return transpose(tensor, order);
}

import { add, multiply, subtract } from "./arithmetic.js";
import { describe } from "./internal/operand.js";
import { sameShape } from "./internal/shape.js";
import { matmul } from "./matmul.js";
import { sum } from "./reductions.js";
import { concat, expand, pad, reshape, slice } from "./shape-operations.js";
import { softmax } from "./softmax.js";
import type { Tensor } from "./tensor.js";
import { TensorError } from "./tensor-error.js";

export interface CausalAttentionOptions {
  /** Multiplies query–key products. */
  readonly scale: number;
  /** About how many queries are computed together; they see no key behind the last of them. @defaultValue 64 */
  readonly block?: number;
}

/** Queries `start` … `end`−1 with the keys up to `end`. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly probabilities: Tensor;
  readonly output: Tensor;
}

/**
 * Attention of every token to itself and to all earlier ones, for groups of query heads that share a key head.
 *
 * Computed in blocks of queries, each against the keys it can see: up to half of the work of masking a square. Padding on the right needs no
 * further mask.
 *
 * @param query  `[batch, heads, group, tokens, size]`
 * @param key    `[batch, heads, tokens, size]`
 * @param value  `[batch, heads, tokens, size]`
 * @returns of the query's shape
 */
export function causalAttention(query: Tensor, key: Tensor, value: Tensor, options: CausalAttentionOptions): Tensor {
  const { scale, block = 64 } = options;
  const [batch = 0, heads = 0, group = 0, tokens = 0, size = 0] = query.shape;
  if (query.shape.length !== 5 || !sameShape(key.shape, [batch, heads, tokens, size]) || !sameShape(value.shape, key.shape)) {
    throw new TensorError(
      "shape-mismatch",
      `causalAttention: query ${describe(query)} is [batch, heads, group, tokens, size]; key ${describe(key)} and value ` +
        `${describe(value)} lack its group and are the same else`,
    );
  }
  const rows = (tensor: Tensor, start: number, end: number): Tensor =>
    reshape(slice(tensor, 3, start, end), [batch, heads, group * (end - start), size]);
  const apart = (tensor: Tensor): Tensor => reshape(tensor, [batch, heads, group, -1, size]);

  const blocks = borders(tokens, block).map(({ start, end }): Block => {
    const ownQuery = rows(query, start, end);
    const seenKey = slice(key, 2, 0, end);
    const seenValue = slice(value, 2, 0, end);
    const scores = matmul(ownQuery, seenKey, { transposeRight: true, scale });
    const probabilities = softmax(add(scores, causalMask(query, start, end, group)));
    return { start, end, query: ownQuery, key: seenKey, value: seenValue, probabilities, output: matmul(probabilities, seenValue) };
  });
  const output = concat(
    blocks.map((each) => apart(each.output)),
    3,
  );
  return query.graph.withDerivative(output, {
    inputs: [query, key, value],
    pull: (gradient) => {
      const parts = blocks.map((each) => blockGradients(each, rows(gradient, each.start, each.end), scale));
      const padded = (part: Tensor): Tensor => pad(part, 2, 0, tokens - (part.shape[2] ?? 0));
      const total = (pick: "key" | "value"): Tensor => parts.map((part) => padded(part[pick])).reduce((left, right) => add(left, right));
      return [
        concat(
          parts.map((part) => apart(part.query)),
          3,
        ),
        total("key"),
        total("value"),
      ];
    },
  });
}

function blockGradients(block: Block, gradient: Tensor, scale: number): { query: Tensor; key: Tensor; value: Tensor } {
  const { query, key, value, probabilities, output } = block;
  // Σ_keys p·dp = Σ_size g·o (arXiv 2205.14135, appendix B.4): a pass over the output instead of two over the scores
  const projection = sum(multiply(gradient, output), -1, { keepAxes: true });
  const scores = multiply(probabilities, subtract(matmul(gradient, value, { transposeRight: true }), projection));
  return {
    query: matmul(scores, key, { scale }),
    key: matmul(scores, query, { transposeLeft: true, scale }),
    value: matmul(probabilities, gradient, { transposeLeft: true }),
  };
}

/** Blocks of nearly equal size. */
function borders(tokens: number, block: number): { start: number; end: number }[] {
  const count = Math.max(1, Math.round(tokens / block));
  const border = (index: number): number => Math.round((index * tokens) / count);
  return Array.from({ length: count }, (_, index) => ({ start: border(index), end: border(index + 1) }));
}

/** 0 where a query sees a key and −10⁹ elsewhere, `[group · queries, keys]`. */
function causalMask({ graph, dataType }: Tensor, start: number, end: number, group: number): Tensor {
  const queries = end - start;
  const values = Array.from({ length: queries * end }, (_, index) => (index % end > start + Math.floor(index / end) ? -1e9 : 0));
  const mask =
    dataType === "float64"
      ? graph.constant(Float64Array.from(values), [1, queries, end], "float64")
      : graph.constant(Float32Array.from(values), [1, queries, end], "float32");
  return reshape(expand(mask, [group, queries, end]), [group * queries, end]);
}

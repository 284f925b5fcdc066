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
  /** Keys and values that stand before those of the queries' own tokens, seen by all. @defaultValue 0 */
  readonly prefix?: number;
  /**
   * How many of the batch, its first ones, have queries in each of `attentionBlocks`: fewer from block to block. The rest is left out there, and
   * its output is zeros.
   * @defaultValue all
   */
  readonly batches?: readonly number[];
  /** Added to the scores, `[batch, 1, 1, prefix + tokens]`. Nothing flows back into it. @defaultValue none */
  readonly mask?: Tensor;
}

/** Queries `start` … `end`−1. */
export interface AttentionBlock {
  readonly start: number;
  readonly end: number;
}

/** Queries `start` … `end`−1 of some of the batch, with the prefix and the keys up to `end`. */
interface Block extends AttentionBlock {
  readonly count: number;
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
 * @param key    `[batch, heads, prefix + tokens, size]`
 * @param value  `[batch, heads, prefix + tokens, size]`
 * @returns of the query's shape
 */
export function causalAttention(query: Tensor, key: Tensor, value: Tensor, options: CausalAttentionOptions): Tensor {
  const { scale, prefix = 0, mask } = options;
  const [batch = 0, heads = 0, group = 0, tokens = 0, size = 0] = query.shape;
  if (query.shape.length !== 5 || !sameShape(key.shape, [batch, heads, prefix + tokens, size]) || !sameShape(value.shape, key.shape)) {
    throw new TensorError(
      "shape-mismatch",
      `causalAttention: query ${describe(query)} is [batch, heads, group, tokens, size]; key ${describe(key)} and value ` +
        `${describe(value)} are [batch, heads, ${prefix} + tokens, size]`,
    );
  }
  if (mask !== undefined && !sameShape(mask.shape, [batch, 1, 1, prefix + tokens])) {
    throw new TensorError("shape-mismatch", `causalAttention: mask ${describe(mask)} is not [${batch}, 1, 1, ${prefix + tokens}]`);
  }
  const places = attentionBlocks(tokens, options.block);
  const { batches = places.map(() => batch) } = options;
  const falls = batches.every((count, index) => Number.isInteger(count) && count >= 0 && count <= (batches[index - 1] ?? batch));
  if (batches.length !== places.length || !falls || batches[0] === 0) {
    throw new TensorError(
      "invalid-input",
      `causalAttention: batches ${batches.join()} are not ${places.length} falling counts of ${batch}`,
    );
  }
  const rows = (tensor: Tensor, { start, end }: AttentionBlock, count: number): Tensor =>
    reshape(slice(slice(tensor, 3, start, end), 0, 0, count), [count, heads, group * (end - start), size]);
  /** Zeros for those of the batch that a block leaves out. */
  const whole = (tensor: Tensor, count: number): Tensor => pad(tensor, 0, 0, batch - count);
  const apart = (tensor: Tensor, count: number): Tensor => whole(reshape(tensor, [count, heads, group, -1, size]), count);

  const blocks = places.flatMap((place, index): Block[] => {
    const { start, end } = place;
    const count = batches[index] ?? 0;
    if (count === 0) return [];
    const ownQuery = rows(query, place, count);
    const keys = prefix + end;
    const seen = (tensor: Tensor): Tensor => slice(slice(tensor, 2, 0, keys), 0, 0, count);
    const [seenKey, seenValue] = [seen(key), seen(value)];
    const scores = matmul(ownQuery, seenKey, { transposeRight: true, scale });
    const causal = causalMask(query, { start, end, group, prefix });
    const probabilities = softmax(add(scores, mask === undefined ? causal : add(causal, slice(slice(mask, 3, 0, keys), 0, 0, count))));
    return [
      { start, end, count, query: ownQuery, key: seenKey, value: seenValue, probabilities, output: matmul(probabilities, seenValue) },
    ];
  });
  const computed = blocks.at(-1)?.end ?? 0;
  const joined = (parts: readonly { readonly tensor: Tensor; readonly count: number }[]): Tensor => {
    const along = concat(
      parts.map(({ tensor, count }) => apart(tensor, count)),
      3,
    );
    return pad(along, 3, 0, tokens - computed);
  };
  const output = joined(blocks.map((each) => ({ tensor: each.output, count: each.count })));
  return query.graph.withDerivative(output, {
    inputs: [query, key, value],
    pull: (gradient) => {
      const parts = blocks.map((each) => ({ ...blockGradients(each, rows(gradient, each, each.count), scale), count: each.count }));
      const padded = (part: Tensor, count: number): Tensor => whole(pad(part, 2, 0, prefix + tokens - (part.shape[2] ?? 0)), count);
      const total = (pick: "key" | "value"): Tensor =>
        parts.map((part) => padded(part[pick], part.count)).reduce((left, right) => add(left, right));
      return [joined(parts.map((part) => ({ tensor: part.query, count: part.count }))), total("key"), total("value")];
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

/** The queries that `causalAttention` computes together: blocks of nearly equal size. */
export function attentionBlocks(tokens: number, block = 64): AttentionBlock[] {
  const count = Math.max(1, Math.round(tokens / block));
  const border = (index: number): number => Math.round((index * tokens) / count);
  return Array.from({ length: count }, (_, index) => ({ start: border(index), end: border(index + 1) }));
}

interface BlockPlace {
  readonly start: number;
  readonly end: number;
  readonly group: number;
  readonly prefix: number;
}

/** 0 where a query sees a key and −10⁹ elsewhere, `[group · queries, prefix + end]`. */
function causalMask({ graph, dataType }: Tensor, { start, end, group, prefix }: BlockPlace): Tensor {
  const queries = end - start;
  const keys = prefix + end;
  const values = Array.from({ length: queries * keys }, (_, index) =>
    (index % keys) - prefix > start + Math.floor(index / keys) ? -1e9 : 0,
  );
  const mask =
    dataType === "float64"
      ? graph.constant(Float64Array.from(values), [1, queries, keys], "float64")
      : graph.constant(Float32Array.from(values), [1, queries, keys], "float32");
  return reshape(expand(mask, [group, queries, keys]), [group * queries, keys]);
}

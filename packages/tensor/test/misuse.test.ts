import { describe, expect, test } from "vitest";
import {
  add,
  attention,
  concat,
  divide,
  Graph,
  gatherRows,
  matmul,
  max,
  oneHot,
  pad,
  reshape,
  rmsNorm,
  rotaryEmbedding,
  scatterAdd,
  scatterAddRows,
  slice,
  sum,
  TensorError,
  tokenLogProbability,
  topK,
  transpose,
} from "../src/index.js";

const graph = new Graph();
const a = graph.input("a", [2, 3]);
const b = graph.input("b", [4, 3]);
const ids = graph.input("ids", [5], "int32");
const none = graph.input("none", [2, 0]);
const double = graph.input("double", [2, 3], "float64");

describe("operands that don't fit are refused, with operation and shapes", () => {
  const cases: [() => unknown, string][] = [
    [() => add(a, b), "add: [2, 3] and [4, 3] don't broadcast to one shape"],
    [() => divide(a, double), "divide: float32 [2, 3] and float64 [2, 3] differ in type"],
    [() => add(1, 2), "add: one operand has to be a tensor"],
    [() => matmul(a, b), "matmul: the inner sizes of float32 [2, 3] and float32 [4, 3] differ (3 and 4)"],
    [
      () => matmul(a, b, { transposeLeft: true, transposeRight: true }),
      "float32 [2, 3] transposed and float32 [4, 3] transposed differ (2 and 3)",
    ],
    [() => matmul(a, sum(b, 0)), "matmul: float32 [2, 3] and float32 [3] are not matrices of one type"],
    [() => reshape(a, [4, -1]), "reshape: [2, 3] doesn't fill [4, -1]"],
    [() => transpose(a, [0, 0]), "transpose: [0, 0] is no order of the axes of [2, 3]"],
    [() => slice(a, 1, 2, 5), "slice: 2 to 5 is not within axis 1 of [2, 3]"],
    [() => concat([a, b], 1), "concat: float32 [4, 3] doesn't fit float32 [2, 3] along axis 1"],
    [() => sum(a, 2), "sum: there is no axis 2 in a tensor of rank 2"],
    [() => gatherRows(a, b), "gatherRows needs int32 or int64 indices, not float32 [4, 3]"],
    [() => rmsNorm(a, sum(b, 1), 1e-6), "rmsNorm: a weight of float32 [4] doesn't fit float32 [2, 3]"],
    [() => tokenLogProbability(a, ids), "tokenLogProbability: targets int32 [5] don't fit logits float32 [2, 3]"],
    [() => rotaryEmbedding(a, { cosine: a, sine: a }, ids), "rotaryEmbedding: float32 [2, 3] is not [batch, heads, tokens, size]"],
    [() => attention(a, transpose(b, [1, 0]), b, { scale: 1 }), "matmul: the inner sizes"],
    [() => graph.input("a", [1]), '"a" cannot name an input or output'],
    [() => graph.input("z", [-1]), 'input "z" cannot have shape [-1]; sizes are whole numbers of at least 0'],
    [() => graph.input("z", [1.5]), 'input "z" cannot have shape [1.5]'],
    [() => max(none, 1), "max: float32 [2, 0] has nothing along axis 1"],
    [() => scatterAdd(a, ids, a), "scatterAdd: indices int32 [5] and updates float32 [2, 3] don't fit float32 [2, 3] along axis -1"],
    [() => scatterAddRows(a, ids, b), "scatterAddRows: updates float32 [4, 3] are not [5, 3], one row of float32 [2, 3] for each index"],
    [() => oneHot(ids, 0, "float32"), "oneHot: a depth of 0 is no positive integer"],
    [() => topK(a, 4), "topK: float32 [2, 3] has 3 elements in a row; 4 of them cannot be taken"],
    [() => pad(a, 0, -1, 0), "pad: -1 before and 0 behind axis 0 of [2, 3] is no padding"],
    [() => reshape(a, [-1, -1]), "reshape: [2, 3] doesn't fill [-1, -1]"],
    [() => graph.constant(new Float32Array(5), [2, 3], "float32"), "constant: 5 elements don't fill the shape [2, 3]"],
    [() => add(a, new Graph().input("a", [2, 3])), "an operand belongs to another graph"],
  ];
  test.each(cases.map(([misuse, message]) => ({ misuse, message })))("$message", ({ misuse, message }) => {
    expect(misuse).toThrow(TensorError);
    expect(misuse).toThrow(message);
  });

  test("the error is recognised as a BridgeError by its marker", () => {
    const error = new TensorError("shape-mismatch", "no");
    expect(Symbol.for("bridge-rl.error") in error).toBe(true);
    expect(error.code).toBe("shape-mismatch");
  });
});

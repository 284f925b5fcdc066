export {
  add,
  divide,
  exp,
  log,
  multiply,
  negate,
  reciprocal,
  sigmoid,
  sqrt,
  square,
  subtract,
  tanh,
} from "./arithmetic.js";
export { type AttentionOptions, attention } from "./attention.js";
export { cast } from "./cast.js";
export { type AttentionBlock, attentionBlocks, type CausalAttentionOptions, causalAttention } from "./causal-attention.js";
export { equal, greaterOrEqual, indicator, less, where } from "./comparison.js";
export type { DataOf, DataType } from "./data-type.js";
export { gradients, type Seed } from "./gradients.js";
export { Graph, type OperationSpecification } from "./graph.js";
export { gatherAlong, gatherRows, oneHot, scatterAdd, scatterAddRows } from "./indexing.js";
export type { Operand } from "./internal/operand.js";
export { type MatmulOptions, matmul } from "./matmul.js";
export { type QuantizedMatrix, quantizedMatmul, quantizeRows } from "./quantized-matmul.js";
export { argMax, max, mean, type ReduceOptions, sum, topK } from "./reductions.js";
export { rmsNorm } from "./rms-norm.js";
export { type RotaryTable, rotaryEmbedding } from "./rotary-embedding.js";
export { concat, expand, pad, reshape, slice, transpose, zeros } from "./shape-operations.js";
export { silu, siluGate } from "./silu-gate.js";
export { entropy, logSoftmax, softmax, tokenLogProbability } from "./softmax.js";
export type { Attribute, Derivative, Operation, Source, Tensor } from "./tensor.js";
export { TensorError } from "./tensor-error.js";
export { type WriteOnnxOptions, writeOnnx } from "./write-onnx.js";

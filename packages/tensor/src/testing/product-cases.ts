import { attention } from "../attention.js";
import { causalAttention } from "../causal-attention.js";
import { broadcastShapes } from "../internal/shape.js";
import { matmul } from "../matmul.js";
import { rmsNorm } from "../rms-norm.js";
import { rotaryEmbedding } from "../rotary-embedding.js";
import type { Tensor } from "../tensor.js";
import { type CaseInput, floats, given, type OperatorCase, positions, reader } from "./operator-case.js";

type Float = "float32" | "float64";

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** Products with every transposition, batch axes that broadcast, and inner axes of size 0. */
export function productCases(dataType: Float): OperatorCase[] {
  const batches: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[], []],
    [[2], [2]],
    [[2, 1], [3]],
    [[3], []],
  ];
  const options = [
    {},
    { transposeLeft: true },
    { transposeRight: true },
    { transposeLeft: true, transposeRight: true },
    { transposeRight: true, scale: 0.25 },
  ];
  const cases = batches.flatMap(([left, right]) =>
    options.map((option) => {
      const { transposeLeft = false, transposeRight = false, scale = 1 } = option;
      const a = floats(dataType, [...left, ...(transposeLeft ? [4, 3] : [3, 4])]);
      const b = floats(dataType, [...right, ...(transposeRight ? [5, 4] : [4, 5])], 9);
      const batch = broadcastShapes(left, right, "matmul");
      const [readLeft, readRight] = [reader(a), reader(b)];
      const shape = [...batch, 3, 5];
      return {
        name: `matmul of ${dataType} [${a.shape.join(", ")}] and [${b.shape.join(", ")}] ${JSON.stringify(option)}`,
        inputs: [a, b],
        build: ([x, y]: readonly Tensor[]) => matmul(x as Tensor, y as Tensor, option),
        shape,
        dataType,
        expected: positions(shape).map((position) => {
          const outer = position.slice(0, -2);
          const [row, column] = position.slice(-2) as [number, number];
          return (
            scale *
            total(
              range(4).map(
                (inner) =>
                  readLeft([...outer, ...(transposeLeft ? [inner, row] : [row, inner])]) *
                  readRight([...outer, ...(transposeRight ? [column, inner] : [inner, column])]),
              ),
            )
          );
        }),
      };
    }),
  );
  return [
    ...cases,
    {
      name: `matmul of ${dataType} with nothing in between`,
      inputs: [given(dataType, [2, 0], []), given(dataType, [0, 3], [])],
      build: ([x, y]) => matmul(x as Tensor, y as Tensor),
      shape: [2, 3],
      dataType,
      expected: [0, 0, 0, 0, 0, 0],
    },
  ];
}

/** Softmax-weighted values, one query at a time. */
function attended(
  [query, key, value]: readonly [CaseInput, CaseInput, CaseInput],
  parts: { readonly keysOf: (position: readonly number[]) => number[][]; readonly scale: number },
): number[] {
  const [readQuery, readKey, readValue] = [reader(query), reader(key), reader(value)];
  const size = query.shape.at(-1) ?? 0;
  return positions(query.shape).map((position) => {
    const head = position.slice(0, -1);
    const keys = parts.keysOf(head);
    const scores = keys.map((at) => parts.scale * total(range(size).map((each) => readQuery([...head, each]) * readKey([...at, each]))));
    const largest = Math.max(...scores);
    const powers = scores.map((score) => Math.exp(score - largest));
    return total(powers.map((power, index) => power * readValue([...(keys[index] ?? []), position.at(-1) ?? 0]))) / total(powers);
  });
}

/** Parts of a transformer, each against its textbook formula. */
export function transformerCases(dataType: Float): OperatorCase[] {
  const query = floats(dataType, [2, 3, 4]);
  const key = floats(dataType, [2, 5, 4], 30);
  const value = floats(dataType, [2, 5, 4], 77);
  const grouped = floats(dataType, [2, 2, 3, 5, 4]);
  const sharedKey = floats(dataType, [2, 2, 5, 4], 31);
  const sharedValue = floats(dataType, [2, 2, 5, 4], 78);
  const input = floats(dataType, [3, 6]);
  const weight = floats(dataType, [6], 50);
  const readInput = reader(input);
  const readWeight = reader(weight);
  return [
    {
      name: `attention of ${dataType}`,
      inputs: [query, key, value],
      build: ([q, k, v]) => attention(q as Tensor, k as Tensor, v as Tensor, { scale: 0.5 }),
      shape: query.shape,
      dataType,
      expected: attended([query, key, value], { scale: 0.5, keysOf: ([batch]) => range(5).map((at) => [batch as number, at]) }),
    },
    {
      name: `causalAttention of ${dataType}, in blocks of 2`,
      inputs: [grouped, sharedKey, sharedValue],
      build: ([q, k, v]) => causalAttention(q as Tensor, k as Tensor, v as Tensor, { scale: 0.5, block: 2 }),
      shape: grouped.shape,
      dataType,
      expected: attended([grouped, sharedKey, sharedValue], {
        scale: 0.5,
        keysOf: ([batch, head, , token]) => range((token as number) + 1).map((at) => [batch as number, head as number, at]),
      }),
    },
    {
      name: `rmsNorm of ${dataType}`,
      inputs: [input, weight],
      build: ([x, w]) => rmsNorm(x as Tensor, w as Tensor, 1e-5),
      shape: input.shape,
      dataType,
      expected: positions(input.shape).map(([row, column]) => {
        const meanSquare = total(range(6).map((at) => readInput([row as number, at]) ** 2)) / 6;
        return (readWeight([column as number]) * readInput([row as number, column as number])) / Math.sqrt(meanSquare + 1e-5);
      }),
    },
    rotaryCase(dataType),
  ];
}

function rotaryCase(dataType: Float): OperatorCase {
  const input = floats(dataType, [2, 2, 3, 4]);
  const read = reader(input);
  const angles = range(10).map((index) => 0.37 * index);
  const table = (graph: Tensor["graph"], formula: (angle: number) => number): Tensor =>
    dataType === "float64"
      ? graph.constant(Float64Array.from(angles, formula), [5, 2], dataType)
      : graph.constant(Float32Array.from(angles, formula), [5, 2], dataType);
  const at = [0, 1, 4, 2, 3, 3];
  return {
    name: `rotaryEmbedding of ${dataType}`,
    inputs: [input],
    build: ([x], graph) =>
      rotaryEmbedding(
        x as Tensor,
        { cosine: table(graph, Math.cos), sine: table(graph, Math.sin) },
        graph.constant(BigInt64Array.from(at, BigInt), [2, 3], "int64"),
      ),
    shape: input.shape,
    dataType,
    expected: positions(input.shape).map(([batch, head, token, element]) => {
      const [b, h, t, e] = [batch as number, head as number, token as number, element as number];
      const angle = angles[(at[b * 3 + t] as number) * 2 + (e % 2)] as number;
      const [real, imaginary] = [read([b, h, t, e % 2]), read([b, h, t, (e % 2) + 2])];
      return e < 2 ? real * Math.cos(angle) - imaginary * Math.sin(angle) : imaginary * Math.cos(angle) + real * Math.sin(angle);
    }),
  };
}

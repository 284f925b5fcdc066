import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as tensor from "../src/index.js";
import {
  add,
  attention,
  attentionBlocks,
  cast,
  causalAttention,
  concat,
  divide,
  entropy,
  exp,
  expand,
  Graph,
  gatherAlong,
  gatherRows,
  gradients,
  less,
  log,
  logSoftmax,
  matmul,
  max,
  mean,
  multiply,
  negate,
  pad,
  reciprocal,
  reshape,
  rmsNorm,
  rotaryEmbedding,
  scatterAdd,
  scatterAddRows,
  sigmoid,
  silu,
  siluGate,
  slice,
  softmax,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  tanh,
  tokenLogProbability,
  transpose,
  where,
} from "../src/index.js";
import { checkDerivative, type Operand } from "./support/check-derivative.js";
import { evaluate } from "./support/evaluate.js";

const size = fc.integer({ min: 1, max: 4 });
const seed = fc.integer({ min: 0, max: 2 ** 31 });
const shape = fc.array(size, { minLength: 1, maxLength: 3 });

/** Two shapes that broadcast: axes of size 1 and missing leading axes on either side. */
const broadcasting = fc
  .tuple(shape, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.integer({ min: 0, max: 2 }), fc.boolean())
  .map(([full, ones, dropped, swapped]) => {
    const part = full.map((each, axis) => (ones[axis] ? 1 : each)).slice(Math.min(dropped, full.length));
    return swapped ? { left: part, right: full } : { left: full, right: part };
  });

/** Distinct shapes find distinct mistakes; each takes two compiled programs, so a dozen per operation. */
async function forAll<Case>(
  cases: fc.Arbitrary<Case>,
  check: (each: Case) => { operands: Operand[]; build: (operands: Tensor[], graph: Graph) => Tensor },
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, seed, async (each, random) => {
      const { operands, build } = check(each);
      await checkDerivative(operands, build, random);
    }),
    { numRuns: 12, seed: 20_250_518 },
  );
}

function binaryOf(operation: (left: Tensor, right: Tensor) => Tensor) {
  return (operands: Tensor[]): Tensor => operation(operands[0] as Tensor, operands[1] as Tensor);
}

function unaryOf(operation: (input: Tensor) => Tensor) {
  return (operands: Tensor[]): Tensor => operation(operands[0] as Tensor);
}

function indices(graph: Graph, values: readonly number[], dimensions: readonly number[]): Tensor {
  return graph.constant(Int32Array.from(values), dimensions, "int32");
}

describe("elementwise operations, with broadcasting", () => {
  test.each(Object.entries({ add, subtract, multiply }))("%s", async (_name, operation) => {
    await forAll(broadcasting, ({ left, right }) => ({ operands: [{ shape: left }, { shape: right }], build: binaryOf(operation) }));
  });

  test("divide", async () => {
    await forAll(broadcasting, ({ left, right }) => ({
      operands: [{ shape: left }, { shape: right, range: [0.5, 2] }],
      build: binaryOf(divide),
    }));
  });

  test("where", async () => {
    await forAll(broadcasting, ({ left, right }) => ({
      operands: [{ shape: left }, { shape: right }],
      build: binaryOf((a, b) => where(less(a.graph.constant(Float32Array.of(0, 1), [2, 1, 1, 1], "float32"), 0.5), a, b)),
    }));
  });

  test("an operand used twice", async () => {
    await forAll(shape, (each) => ({ operands: [{ shape: each }], build: unaryOf((x) => multiply(add(x, x), subtract(x, 3))) }));
  });

  const functions = { negate, exp, sigmoid, tanh, square, silu };
  test.each(Object.entries(functions))("%s", async (_name, operation) => {
    await forAll(shape, (each) => ({ operands: [{ shape: each }], build: unaryOf(operation) }));
  });

  test.each(Object.entries({ log, sqrt, reciprocal }))("%s", async (_name, operation) => {
    await forAll(shape, (each) => ({ operands: [{ shape: each, range: [0.5, 3] }], build: unaryOf(operation) }));
  });

  test("siluGate", async () => {
    await forAll(shape, (each) => ({ operands: [{ shape: each }, { shape: each }], build: binaryOf(siluGate) }));
  });

  test("cast to the other float type and back", async () => {
    await forAll(shape, (each) => ({
      operands: [{ shape: each }],
      build: unaryOf((x) => (x.dataType === "float64" ? x : cast(cast(x, "float64"), "float32"))),
    }));
  });
});

describe("reductions", () => {
  const reduced = fc.tuple(shape, fc.nat(), fc.boolean(), fc.boolean());
  test.each(Object.entries({ sum, mean, max }))("%s over one axis and over all", async (_name, operation) => {
    await forAll(reduced, ([dimensions, axis, keepAxes, everything]) => ({
      operands: [{ shape: dimensions }],
      build: unaryOf((x) => operation(x, everything ? undefined : -1 - (axis % dimensions.length), { keepAxes })),
    }));
  });

  test.each(Object.entries({ sum, mean, max }))("%s over several axes", async (_name, operation) => {
    await forAll(fc.tuple(size, size, size, fc.constantFrom([0, 2], [1, -1], [2, 0, 1])), ([a, b, c, axes]) => ({
      operands: [{ shape: [a, b, c] }],
      build: unaryOf((x) => operation(x, axes, { keepAxes: a === b })),
    }));
  });

  test("softmax, logSoftmax and entropy", async () => {
    for (const operation of [softmax, logSoftmax, entropy]) {
      await forAll(shape, (each) => ({ operands: [{ shape: each }], build: unaryOf(operation) }));
    }
  });
});

describe("shapes", () => {
  test("reshape and transpose", async () => {
    await forAll(fc.tuple(size, size, size), (dimensions) => ({
      operands: [{ shape: dimensions }],
      build: unaryOf((x) => transpose(reshape(transpose(x, [2, 0, 1]), [-1, dimensions[1], 1]), [1, 2, 0])),
    }));
  });

  test("expand", async () => {
    await forAll(fc.tuple(size, size, size), ([a, b, c]) => ({
      operands: [{ shape: [b, 1] }],
      build: unaryOf((x) => expand(x, [a, b, c])),
    }));
  });

  test("concat of three, the middle one used twice", async () => {
    await forAll(fc.tuple(size, size, size, fc.integer({ min: -2, max: 1 })), ([a, b, c, axis]) => {
      const along = (each: number): number[] => (axis % 2 === 0 ? [each, 3] : [3, each]);
      return {
        operands: [{ shape: along(a) }, { shape: along(b) }, { shape: along(c) }],
        build: ([x, y, z]) => concat([x, y, z, y] as Tensor[], axis),
      };
    });
  });

  test("slice and pad", async () => {
    await forAll(fc.tuple(size, size, fc.nat(3), fc.nat(3)), ([rows, columns, before, after]) => ({
      operands: [{ shape: [rows, columns + 2] }],
      build: unaryOf((x) => pad(slice(x, -1, 1, columns + 1), 0, before, after)),
    }));
  });
});

describe("matrix products", () => {
  const product = fc.record({
    rows: size,
    inner: size,
    columns: size,
    batch: fc.array(size, { maxLength: 2 }),
    transposeLeft: fc.boolean(),
    transposeRight: fc.boolean(),
    scale: fc.constantFrom(1, 0.25),
    broadcast: fc.constantFrom("none", "left", "right"),
  });

  test("matmul with every option and broadcasting batch axes", async () => {
    await forAll(product, ({ rows, inner, columns, batch, broadcast, ...options }) => ({
      operands: [
        { shape: [...(broadcast === "left" ? [] : batch), ...(options.transposeLeft ? [inner, rows] : [rows, inner])] },
        { shape: [...(broadcast === "right" ? [] : batch), ...(options.transposeRight ? [columns, inner] : [inner, columns])] },
      ],
      build: binaryOf((a, b) => matmul(a, b, options)),
    }));
  });

  test("attention, with and without a mask", async () => {
    await forAll(fc.tuple(size, size, size, size, fc.boolean()), ([batch, queries, keys, width, masked]) => ({
      operands: [{ shape: [batch, queries, width] }, { shape: [batch, keys, width] }, { shape: [batch, keys, width] }],
      build: ([query, key, value]) => {
        const [q, k, v] = [query, key, value] as [Tensor, Tensor, Tensor];
        const mask = Array.from({ length: queries * keys }, (_, index) => (index % keys > Math.floor(index / keys) ? -1e9 : 0.1));
        const constant =
          q.dataType === "float64"
            ? q.graph.constant(Float64Array.from(mask), [queries, keys], "float64")
            : q.graph.constant(Float32Array.from(mask), [queries, keys], "float32");
        return attention(q, k, v, { scale: 0.7, ...(masked ? { mask: constant } : {}) });
      },
    }));
  });
});

describe("causal attention", () => {
  const waves = ({ shape }: Tensor): Float64Array =>
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => Math.sin(index + 1));

  const sizes = fc.record({ batch: size, heads: size, group: size, tokens: fc.integer({ min: 1, max: 6 }), width: size, block: size });

  test("its derivative, in blocks", async () => {
    await forAll(sizes, ({ batch, heads, group, tokens, width, block }) => ({
      operands: [
        { shape: [batch, heads, group, tokens, width] },
        { shape: [batch, heads, tokens, width] },
        { shape: [batch, heads, tokens, width] },
      ],
      build: ([query, key, value]) => causalAttention(query as Tensor, key as Tensor, value as Tensor, { scale: 0.7, block }),
    }));
  });

  test("its derivative with keys before its own, some of them masked", async () => {
    await forAll(fc.tuple(sizes, fc.integer({ min: 0, max: 4 })), ([{ batch, heads, group, tokens, width, block }, prefix]) => ({
      operands: [
        { shape: [batch, heads, group, tokens, width] },
        { shape: [batch, heads, prefix + tokens, width] },
        { shape: [batch, heads, prefix + tokens, width] },
      ],
      build: ([query, key, value], graph) => {
        const hidden = Int32Array.from({ length: batch * (prefix + tokens) }, (_, index) => {
          const place = index % (prefix + tokens);
          return place > 0 && place < prefix ? -1e9 : 0;
        });
        const mask = cast(graph.constant(hidden, [batch, 1, 1, prefix + tokens], "int32"), (query as Tensor).dataType);
        return causalAttention(query as Tensor, key as Tensor, value as Tensor, { scale: 0.7, block, prefix, mask });
      },
    }));
  });

  /** Falling counts of the batch, one for each block. */
  const fallingCounts = (batch: number, tokens: number, block: number): number[] =>
    attentionBlocks(tokens, block).map((_, index) => Math.max(index === 0 ? 1 : 0, batch - index));

  test("its derivative where blocks leave some of the batch out", async () => {
    await forAll(sizes, ({ batch, heads, group, tokens, width, block }) => ({
      operands: [
        { shape: [batch, heads, group, tokens, width] },
        { shape: [batch, heads, tokens + 1, width] },
        { shape: [batch, heads, tokens + 1, width] },
      ],
      build: ([query, key, value]) => {
        const batches = fallingCounts(batch, tokens, block);
        return causalAttention(query as Tensor, key as Tensor, value as Tensor, { scale: 0.7, block, batches, prefix: 1 });
      },
    }));
  });

  test("is zeros where a block leaves some of the batch out, and the same elsewhere", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ batch, heads, group, tokens, width, block }) => {
        const graph = new Graph();
        const query = graph.input("query", [batch, heads, group, tokens, width], "float64");
        const key = graph.input("key", [batch, heads, tokens, width], "float64");
        const batches = fallingCounts(batch, tokens, block);
        const blocks = attentionBlocks(tokens, block);
        const isIn = Float64Array.from({ length: batch * tokens }, (_, index) => {
          const token = index % tokens;
          const count = batches[blocks.findIndex(({ end }) => token < end)] as number;
          return Math.floor(index / tokens) < count ? 1 : 0;
        });
        const kept = graph.constant(isIn, [batch, 1, 1, tokens, 1], "float64");
        const some = causalAttention(query, key, key, { scale: 2, block, batches });
        const all = causalAttention(query, key, key, { scale: 2, block });
        graph.output("difference", max(square(subtract(some, multiply(all, kept)))));

        const [difference] = await evaluate(graph, { query: waves(query), key: waves(key) }, "difference");
        expect(difference).toBe(0);
      }),
      { numRuns: 20, seed: 4 },
    );
  });

  test("with keys before its own is attention to them and to earlier tokens", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 4 }), async ({ batch, heads, group, tokens, width, block }, prefix) => {
        const graph = new Graph();
        const keys = prefix + tokens;
        const query = graph.input("query", [batch, heads, group, tokens, width], "float64");
        const key = graph.input("key", [batch, heads, keys, width], "float64");
        const sees = (token: number, place: number): boolean => place !== 0 && place - prefix <= token;
        const mask = Float64Array.from({ length: tokens * keys }, (_, index) => (sees(Math.floor(index / keys), index % keys) ? 0 : -1e9));
        const first = Float64Array.from({ length: batch * keys }, (_, index) => (index % keys === 0 ? -1e9 : 0));
        const hidden = graph.constant(first, [batch, 1, 1, keys], "float64");
        const blocked = causalAttention(query, key, key, { scale: 2, block, prefix, mask: hidden });
        const shared = reshape(key, [batch, heads, 1, keys, width]);
        const masked = attention(query, shared, shared, { scale: 2, mask: graph.constant(mask, [tokens, keys], "float64") });
        graph.output("difference", max(square(subtract(blocked, masked))));

        const [difference] = await evaluate(graph, { query: waves(query), key: waves(key) }, "difference");
        expect(difference).toBeLessThan(1e-28);
      }),
      { numRuns: 20, seed: 3 },
    );
  });

  test("is attention under a mask, whatever the blocks", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ batch, heads, group, tokens, width, block }) => {
        const graph = new Graph();
        const query = graph.input("query", [batch, heads, group, tokens, width], "float64");
        const key = graph.input("key", [batch, heads, tokens, width], "float64");
        const mask = Float64Array.from({ length: tokens * tokens }, (_, index) => (index % tokens > Math.floor(index / tokens) ? -1e9 : 0));
        const blocked = causalAttention(query, key, key, { scale: 2, block });
        const shared = reshape(key, [batch, heads, 1, tokens, width]);
        const masked = attention(query, shared, shared, { scale: 2, mask: graph.constant(mask, [tokens, tokens], "float64") });
        graph.output("difference", max(square(subtract(blocked, masked))));

        const [difference] = await evaluate(graph, { query: waves(query), key: waves(key) }, "difference");
        expect(difference).toBeLessThan(1e-28);
      }),
      { numRuns: 20, seed: 3 },
    );
  });
});

describe("lookups", () => {
  const lookup = fc.tuple(size, size, fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }));

  test("gatherRows, with rows named several times", async () => {
    await forAll(lookup, ([rows, width, picks]) => ({
      operands: [{ shape: [rows, width] }],
      build: ([table], graph) =>
        gatherRows(
          table as Tensor,
          indices(
            graph,
            picks.map((pick) => pick % rows),
            [picks.length],
          ),
        ),
    }));
  });

  test("scatterAddRows, with rows named several times", async () => {
    await forAll(lookup, ([rows, width, picks]) => ({
      operands: [{ shape: [rows, width] }, { shape: [picks.length, width] }],
      build: ([table, updates], graph) => {
        const targets = picks.map((pick) => pick % rows);
        return scatterAddRows(table as Tensor, indices(graph, targets, [picks.length]), updates as Tensor);
      },
    }));
  });

  test("gatherAlong and scatterAdd", async () => {
    await forAll(lookup, ([rows, width, picks]) => ({
      operands: [{ shape: [rows, width] }, { shape: [rows, picks.length] }],
      build: ([table, updates], graph) => {
        const columns = Array.from({ length: rows }, () => picks.map((pick) => pick % width)).flat();
        const at = indices(graph, columns, [rows, picks.length]);
        return multiply(gatherAlong(scatterAdd(table as Tensor, at, updates as Tensor), at), updates as Tensor);
      },
    }));
  });

  test("gatherAlong and scatterAdd along the first axis", async () => {
    await forAll(lookup, ([rows, width, picks]) => ({
      operands: [{ shape: [rows, width] }, { shape: [picks.length, width] }],
      build: ([table, updates], graph) => {
        const at = indices(
          graph,
          picks.flatMap((pick) => Array.from({ length: width }, (_, column) => (pick + column) % rows)),
          [picks.length, width],
        );
        return multiply(gatherAlong(scatterAdd(table as Tensor, at, updates as Tensor, 0), at, 0), updates as Tensor);
      },
    }));
  });

  test("tokenLogProbability", async () => {
    await forAll(lookup, ([, width, picks]) => ({
      operands: [{ shape: [picks.length, width], range: [-5, 5] }],
      build: ([logits], graph) =>
        tokenLogProbability(
          logits as Tensor,
          indices(
            graph,
            picks.map((pick) => pick % width),
            [picks.length],
          ),
        ),
    }));
  });
});

describe("parts of a transformer", () => {
  test("rmsNorm", async () => {
    await forAll(shape, (each) => ({
      operands: [{ shape: each }, { shape: [each.at(-1) ?? 1] }],
      build: binaryOf((x, weight) => rmsNorm(x, weight, 1e-3)),
    }));
  });

  test("rotaryEmbedding", async () => {
    await forAll(fc.tuple(size, size, size, fc.constantFrom(2, 4)), ([batch, heads, tokens, width]) => ({
      operands: [{ shape: [batch, heads, tokens, width] }],
      build: ([input], graph) => {
        const x = input as Tensor;
        const angles = Array.from({ length: (tokens + 1) * (width / 2) }, (_, index) => 0.3 * index);
        const table = (values: number[]): Tensor =>
          x.dataType === "float64"
            ? graph.constant(Float64Array.from(values), [tokens + 1, width / 2], "float64")
            : graph.constant(Float32Array.from(values), [tokens + 1, width / 2], "float32");
        const positions = BigInt64Array.from({ length: batch * tokens }, (_, index) => BigInt((index % tokens) + (index % 2)));
        return rotaryEmbedding(
          x,
          { cosine: table(angles.map(Math.cos)), sine: table(angles.map(Math.sin)) },
          graph.constant(positions, [batch, tokens], "int64"),
        );
      },
    }));
  });
});

describe("derivatives of derivatives", () => {
  /** d/dx of Σ f(x)²/2, which is itself differentiated by the check. */
  const slopeOf = (operation: (inputs: Tensor[]) => Tensor) => (inputs: Tensor[]) => {
    const result = operation(inputs);
    return gradients([{ output: result, gradient: result }], [inputs[0] as Tensor])[0] as Tensor;
  };
  const range = [0.4, 1.6] as const;

  test.each(Object.entries({ exp, log, sqrt, reciprocal, sigmoid, tanh, silu, square, softmax, logSoftmax, entropy }))(
    "%s",
    async (_name, operation) => {
      await forAll(fc.tuple(size, size), (each) => ({ operands: [{ shape: each, range }], build: slopeOf(unaryOf(operation)) }));
    },
  );

  test("divide, matmul, rmsNorm, attention and tokenLogProbability", async () => {
    await forAll(fc.tuple(size, size), ([rows, width]) => {
      const operands = [
        { shape: [rows, width], range },
        { shape: [rows, width], range },
      ];
      return { operands, build: slopeOf(binaryOf((a, b) => divide(matmul(a, b, { transposeRight: true }), add(sum(square(b)), 1)))) };
    });
    await forAll(fc.tuple(size, size), ([rows, width]) => ({
      operands: [
        { shape: [rows, width], range },
        { shape: [width], range },
      ],
      build: slopeOf(binaryOf((a, b) => rmsNorm(a, b, 1e-2))),
    }));
    await forAll(fc.tuple(size, size), ([rows, width]) => ({
      operands: [{ shape: [rows, width], range }],
      build: slopeOf(unaryOf((x) => attention(x, x, x, { scale: 0.5 }))),
    }));
    await forAll(fc.tuple(size, size), ([rows, width]) => ({
      operands: [{ shape: [rows, width], range }],
      build: slopeOf(([x]) => tokenLogProbability(x as Tensor, indices((x as Tensor).graph, new Array<number>(rows).fill(0), [rows]))),
    }));
  });
});

test("every operator of the package is differentiated here, or has no derivative by its nature", () => {
  const without = ["argMax", "topK", "oneHot", "equal", "less", "greaterOrEqual", "indicator", "zeros", "quantizedMatmul", "quantizeRows"];
  const others = ["gradients", "writeOnnx"];
  const operators = Object.entries(tensor).flatMap(([name, value]) => (typeof value === "function" && /^[a-z]/.test(name) ? [name] : []));
  const text = readFileSync(new URL(import.meta.url), "utf8").split("const size =")[1] ?? "";
  const missing = operators.filter((name) => ![...without, ...others].includes(name) && !new RegExp(`\\b${name}\\b`).test(text));
  expect(operators.length).toBeGreaterThan(45);
  expect(missing).toEqual([]);
});

import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import { createRandom, type TensorValue } from "@bridge-rl/spec";
import { Graph } from "@bridge-rl/tensor";
import { describe, expect, test } from "vitest";
import { causalAttention, declareDecoder, decoderLayer, embedTokens, headLogits } from "../src/decoder.js";
import type { DecoderConfig } from "../src/decoder-config.js";
import { decoderParameters, initializeDecoder } from "../src/decoder-parameters.js";
import { rotaryFrequencies } from "../src/rotary-frequencies.js";
import { readOracle } from "./support/oracle.js";
import { referenceLogits } from "./support/reference-decoder.js";

const base: DecoderConfig = {
  architecture: "qwen3",
  ...{ vocabularySize: 17, hiddenSize: 8, layers: 2, heads: 4, keyValueHeads: 2, headDimension: 6, intermediateSize: 10 },
  ...{ ropeTheta: 100, normEpsilon: 1e-5, queryKeyNorm: true, attentionBias: false, tieEmbeddings: false, maximumLength: 32 },
};

/** Weights with nothing at its initial 0 or 1, so that no bias or norm goes unnoticed. */
function randomWeights(config: DecoderConfig): Map<string, Float32Array> {
  const random = createRandom(4, "weights");
  return new Map(
    decoderParameters(config).map(({ name, shape }) => [
      name,
      Float32Array.from(
        { length: shape.reduce((product, size) => product * size, 1) },
        () => 0.4 * random.normal() + (name.includes("norm") ? 1 : 0),
      ),
    ]),
  );
}

async function graphLogits(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  rows: readonly (readonly number[])[],
  dataType: "float32" | "float64",
): Promise<number[]> {
  const tokens = rows[0]?.length ?? 0;
  const graph = new Graph();
  const decoder = declareDecoder(graph, config, { positions: tokens, dataType });
  const positions = graph.constant(
    BigInt64Array.from(rows.flatMap((row) => row.map((_, position) => BigInt(position)))),
    [rows.length, tokens],
    "int64",
  );
  let hidden = embedTokens(decoder, graph.input("tokenIds", [rows.length * tokens], "int32"));
  for (let layer = 0; layer < config.layers; layer++) {
    hidden = decoderLayer(decoder, layer, hidden, { positions, attend: (heads) => causalAttention(decoder, heads) });
  }
  graph.output("logits", headLogits(decoder, hidden));
  const program = await createOnnxRuntime({ lowering: dataType === "float64" ? "plain" : "fused" }).compile(graph);
  const feeds: Record<string, TensorValue> = { tokenIds: { data: Int32Array.from(rows.flat()), shape: [rows.length * tokens] } };
  for (const { name, shape } of decoderParameters(config)) {
    const data = weights.get(name) ?? new Float32Array(0);
    feeds[name] = { data: dataType === "float64" ? Float64Array.from(data) : data, shape };
  }
  const { logits } = program.run(feeds);
  program.dispose();
  return Array.from((logits?.data ?? new Float32Array(0)) as Float64Array);
}

describe("decoder graphs", () => {
  test.each([
    ["Qwen3: QK-norm, heads wider than the hidden size, own head", {}],
    ["Qwen2: biases, tied", { queryKeyNorm: false, attentionBias: true, tieEmbeddings: true }],
    ["Llama: one head per key", { queryKeyNorm: false, keyValueHeads: 4 }],
    ["all heads on one key", { keyValueHeads: 1, headDimension: 2 }],
  ])("%s: logits of two rows are those of the slow reference", async (_name, changed) => {
    const config = { ...base, ...changed };
    const weights = randomWeights(config);
    const rows = [
      [3, 1, 4, 1, 5, 9, 2],
      [16, 0, 8, 2, 2, 7, 11],
    ];
    const expected = rows.flatMap((row) => referenceLogits(config, weights, row)).flat();
    const exact = await graphLogits(config, weights, rows, "float64");
    const single = await graphLogits(config, weights, rows, "float32");
    expected.forEach((value, index) => {
      // epsilon and the rotary tables are exact in float64 graphs too
      expect(Math.abs((exact[index] ?? Number.NaN) - value)).toBeLessThan(1e-10 * Math.max(1, Math.abs(value)));
      expect(Math.abs((single[index] ?? Number.NaN) - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    });
  });

  test.each(["qwen2-tiny", "llama-tiny"] as const)("%s: logits in float64 and float32, and rotary frequencies", async (name) => {
    const { config, weights, file } = readOracle(name);
    rotaryFrequencies(config).forEach((value, index) => {
      expect(Math.abs(value / (file.rope.inv_freq[index] ?? Number.NaN) - 1)).toBeLessThan(1e-12);
    });
    for (const dataType of ["float64", "float32"] as const) {
      for (const sequence of file.sequences.keys()) {
        const logits = await graphLogits(config, weights, [file.sequences[sequence]?.input_ids ?? []], dataType);
        for (const { position, f64 } of file.forward.logits.filter((each) => each.sequence === sequence)) {
          f64.forEach((value, id) => {
            const difference = Math.abs((logits[position * config.vocabularySize + id] ?? Number.NaN) - value);
            expect(difference).toBeLessThan(dataType === "float64" ? 1e-9 : 2e-5);
          });
        }
      }
    }
  });
});

describe("initializeDecoder", () => {
  test("gives every parameter, from its own stream", () => {
    const weights = initializeDecoder(base, 1);
    expect([...weights.keys()]).toEqual(decoderParameters(base).map(({ name }) => name));
    expect(weights).toEqual(initializeDecoder(base, 1));
    const deeper = initializeDecoder({ ...base, layers: 3 }, 1);
    expect(deeper.get("model.layers.1.mlp.up_proj.weight")).toEqual(weights.get("model.layers.1.mlp.up_proj.weight"));
    expect(initializeDecoder(base, 2).get("lm_head.weight")).not.toEqual(weights.get("lm_head.weight"));
  });

  test("has the spread it says, smaller where a matrix writes into the residual stream", () => {
    const config = { ...base, hiddenSize: 64, intermediateSize: 256, layers: 8 };
    const weights = initializeDecoder(config, 3, { standardDeviation: 0.05 });
    const spread = (name: string): number => {
      const values = weights.get(name) ?? new Float32Array(0);
      return Math.sqrt(values.reduce((total, value) => total + value * value, 0) / values.length);
    };
    // 16,384 draws: the standard error of a spread is 0.55 %
    expect(spread("model.layers.0.mlp.gate_proj.weight") / 0.05).toBeCloseTo(1, 1);
    expect(spread("model.layers.7.mlp.down_proj.weight") / (0.05 / 4)).toBeCloseTo(1, 1);
    expect(new Set(weights.get("model.layers.0.self_attn.q_norm.weight"))).toEqual(new Set([1]));
  });
});

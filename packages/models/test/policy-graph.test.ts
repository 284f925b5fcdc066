import { createOnnxRuntime } from "@bridge-rl/runtime-onnx";
import type { TensorValue } from "@bridge-rl/spec";
import { describe, expect, test } from "vitest";
import { decoderParameters } from "../src/decoder-parameters.js";
import { planMicroBatches } from "../src/internal/policy/micro-batches.js";
import { embeddedGradient, embeddingName, gradientName, policyGraph } from "../src/internal/policy/programs.js";
import { readOracle } from "./support/oracle.js";

/** The very graph that training runs, in float64 on standard operators: nothing is left but rounding of the sixteenth digit. */
describe.each(["qwen2-tiny", "llama-tiny"] as const)("the training graph of %s in float64", (name) => {
  test("loss and gradient of SFT to nine digits", async () => {
    const { config, weights, file, rows, masks } = readOracle(name);
    const count = masks.flat().reduce((total, each) => total + each, 0);
    const [run, ...others] = planMicroBatches(rows, [0, 1, 2], config, 4096);
    if (run === undefined || others.length > 0) throw new Error("the three sequences fit one run");
    const weightOf = new Float64Array(run.shape.targets);
    for (const { row, start } of run.parts) {
      weightOf.set(
        (masks[row] ?? []).map((each) => -each / count),
        start,
      );
    }

    const program = await createOnnxRuntime({ lowering: "plain" }).compile(policyGraph(config, "gradient", run.shape, "float64"));
    const flat = (data: TensorValue["data"]): TensorValue => ({ data, shape: [data.length] });
    const results = program.run({
      ...Object.fromEntries(
        decoderParameters(config).map((each) => [each.name, { data: Float64Array.from(weights.get(each.name) ?? []), shape: each.shape }]),
      ),
      tokenIds: flat(run.tokenIds),
      sources: flat(run.sources),
      targetIds: flat(run.targetIds),
      targetOf: flat(run.targetOf),
      weights: flat(weightOf),
      inverseTemperature: { data: Float64Array.of(1), shape: [] },
    });
    program.dispose();
    const output = (of: string): Float64Array => (results[of]?.data ?? new Float64Array(0)) as Float64Array;

    const loss = output("logProbabilities").reduce((total, value, target) => total + value * (weightOf[target] ?? 0), 0);
    expect(Math.abs(loss - file.sft.loss)).toBeLessThan(1e-10);
    // what flows back into the looked-up embeddings is added up outside of the graph
    const embedding = output(gradientName(embeddingName));
    output(embeddedGradient).forEach((value, index) => {
      const token = run.tokenIds[Math.floor(index / config.hiddenSize)] ?? 0;
      const at = token * config.hiddenSize + (index % config.hiddenSize);
      embedding[at] = (embedding[at] ?? 0) + value;
    });
    for (const [tensor, { l2, values }] of Object.entries(file.sft.grads)) {
      const gradient = output(gradientName(tensor));
      expect(Math.abs(Math.sqrt(gradient.reduce((total, value) => total + value * value, 0)) / l2 - 1), tensor).toBeLessThan(1e-9);
      values.forEach((value, probe) => {
        const index = file.probe_indices[tensor]?.[probe] ?? -1;
        expect(Math.abs((gradient[index] ?? Number.NaN) - value), `${tensor}[${index}]`).toBeLessThan(1e-9 * l2);
      });
    }
  });
});

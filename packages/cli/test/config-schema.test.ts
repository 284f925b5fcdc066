import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { configJsonSchema, definePipeline, type PipelineConfig } from "../src/index.js";
import { tinyConfig } from "./tiny-run.js";

const published = JSON.parse(readFileSync(new URL("../pipeline.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(published);

/** As a file may hold it, whatever the types say. */
function define(config: unknown): PipelineConfig {
  return definePipeline(config as PipelineConfig).config;
}

function takes(config: unknown): boolean {
  try {
    define(config);
    return true;
  } catch {
    return false;
  }
}

test("the published JSON Schema is the one that the config is checked by (pnpm config:schema)", () => {
  expect(published).toEqual(configJsonSchema());
});

describe("a JSON file is taken by the schema exactly where it is taken by definePipeline", () => {
  const change = (over: object) => ({ ...tinyConfig, ...over });
  test.each([
    [tinyConfig, true],
    [
      change({ grpo: { preset: "bridgePaper", loss: { entropyCoefficient: 0.001, klEstimator: "k2" }, advantages: { scale: "batch" } } }),
      true,
    ],
    [change({ grpo: { reference: { syncEvery: 5 }, rewardKl: { coefficient: 0.1 }, rewardPolicy: { onFailure: { score: 0 } } } }), true],
    [
      change({ grpo: { rewards: [{ name: "length", weight: 0.1, options: { maximum: 20 } }], select: { metric: "x", patience: 2 } } }),
      true,
    ],
    [change({ trackers: { tensorboard: true, mlflow: { url: "http://127.0.0.1:5000" } } }), true],
    [change({ stages: { influence: false } }), true],
    [
      change({
        grpo: {
          curriculum: [
            { options: { operations: 3 }, steps: 5 },
            { accuracy: 0.5, window: 3 },
          ],
        },
      }),
      true,
    ],
    [change({ grpo: { reuseLogProbabilities: false }, evaluation: { samples: 8, sampleTemperature: 0.7 } }), true],
    [change({ workers: 2, threads: 1, provider: "webgpu" }), true],
    [change({ grpo: { curriculum: [] } }), false],
    [change({ workers: 0 }), false],
    [change({ evaluation: { samples: 8, sampleTemperature: 0 } }), false],
    [change({ grpo: { los: {} } }), false],
    [change({ grpo: { loss: { betta: 0.1 } } }), false],
    [change({ grpo: { loss: { beta: -1 } } }), false],
    [change({ grpo: { reference: { syncEvery: 0 } } }), false],
    [change({ grpo: { groupSize: 1 } }), false],
    [change({ sft: { learningRate: { kind: "cubic", peak: 1 } } }), false],
    [change({ arms: { a: { behaviors: [3] } } }), false],
    [change({ name: "a/b" }), false],
    [change({ arms: {} }), false],
    [change({ sampling: { temperature: 0 } }), false],
    [change({ nmae: "x" }), false],
    [{}, false],
  ])("%j: %s", (config, expected) => {
    expect(validate(config)).toBe(expected);
    expect(takes(config)).toBe(expected);
  });

  test("and may name the schema itself", () => {
    expect(validate({ $schema: "./node_modules/bridge-rl/pipeline.schema.json", ...tinyConfig })).toBe(true);
  });
});

test("a checked config has every default, and checking it again changes nothing", () => {
  const config = define({ name: "x", task: {}, baseModel: "./model", arms: { vanilla: "vanilla" } });

  expect(config).toMatchObject({
    seeds: [1],
    threads: 1,
    sft: { problems: 1000, learningRate: 1e-3, checkpointEvery: 50 },
    grpo: { steps: 100, preset: "trl", learningRate: 1e-4, evaluateEvery: 20, preflight: 4 },
    sampling: { maxTokens: 256, temperature: 1 },
    evaluation: { problems: 200, watch: 64, temperature: 0, base: false },
    rollouts: { problems: 64, count: 16 },
    influence: { after: ["sft"], targets: 32, count: 8, during: 0 },
  });
  expect(define(config)).toEqual(config);
});

test("a typing slip deep in the config is refused with the nearest name", () => {
  expect(() => define({ ...tinyConfig, grpo: { loss: { entropyCoeficient: 0.1 } } })).toThrow(
    "there is no grpo.loss.entropyCoeficient. Did you mean entropyCoefficient?",
  );
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadTokenizer } from "@bridge-rl/models";
import type { Demonstration } from "@bridge-rl/spec";
import { expect, test } from "vitest";
import { definePipeline, type PipelineConfig, runPipeline } from "../src/index.js";
import { rowsOf } from "./run-bridge.js";
import { temporaryFolder } from "./temporary-folder.js";
import { tinyTask, writeTinyModel } from "./tiny-model.js";

const config = {
  name: "matched",
  task: { options: tinyTask },
  baseModel: "./model",
  arms: { bridge: "bridge", "pp-aug": "pp-aug", vanilla: "vanilla" },
  sft: { problems: 20, batchSize: 4, match: { by: "tokens", reference: "bridge", passes: 2 } },
  evaluation: { problems: 2 },
  rollouts: { problems: 1, count: 2 },
  sampling: { maxTokens: 4 },
  stages: { grpo: false, influence: false },
} satisfies PipelineConfig;

test("sft.match trains every arm of a pipeline on as many tokens, problems in the same order", { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  await writeTinyModel(join(folder, "model"));
  writeFileSync(join(folder, "pipeline.json"), JSON.stringify(config));
  const { directory } = await runPipeline(definePipeline({ ...config, baseModel: join(folder, "model"), directory: folder }));
  const tokenizer = await loadTokenizer(join(folder, "model"));

  const made = Object.keys(config.arms).map((arm) => {
    const rows = rowsOf<Demonstration>(readFileSync(join(directory, "arms", `${arm}-seed1`, "demonstrations.jsonl"), "utf8"));
    const lengths = rows.map(({ completion }) => tokenizer.encode(completion).length);
    return {
      problems: rows.map(({ problem }) => problem),
      tokens: lengths.reduce((sum, one) => sum + one, 0),
      longest: Math.max(...lengths),
    };
  });
  const [bridge, ...others] = made as [(typeof made)[number], ...typeof made];
  expect(bridge.problems).toHaveLength(40);
  for (const { problems, tokens, longest } of others) {
    expect(Math.abs(tokens - bridge.tokens)).toBeLessThanOrEqual(longest / 2);
    const both = Math.min(problems.length, 40);
    expect(problems.slice(0, both)).toEqual(bridge.problems.slice(0, both));
  }
});

test.each([
  [{ by: "tokens", reference: "brigde" }, {}, /no arm brigde.*Did you mean bridge/],
  [{ by: "tokens", reference: "bridge" }, { epochs: 2 }, /sft\.epochs: matched arms are learnt once/],
  [{ by: "wishes", reference: "bridge" }, {}, /sft\.match\.by/],
])("refuses %j with %j", (match, more, message) => {
  expect(() => definePipeline({ ...config, sft: { ...more, match } } as PipelineConfig)).toThrow(message);
});

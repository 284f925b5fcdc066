import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tinyTask, writeTinyModel } from "./tiny-model.js";

/** A config that goes through every stage in seconds. */
export const tinyConfig = {
  name: "tiny",
  task: { options: tinyTask, outOfDistribution: { operations: 6 } },
  baseModel: "./model",
  arms: { vanilla: "vanilla", bridge: { behaviors: [["reflection", { probability: 0.5 }], "subgoal"] } },
  sft: { problems: 64, steps: 12, batchSize: 8, checkpointEvery: 3, learningRate: { kind: "cosine", peak: 0.003, warmupSteps: 2 } },
  grpo: { steps: 8, promptsPerStep: 2, groupSize: 4, checkpointEvery: 2, evaluateEvery: 3, learningRate: 0.001 },
  sampling: { maxTokens: 40 },
  evaluation: { problems: 8, watch: 4 },
  rollouts: { problems: 6, count: 4 },
  influence: { targets: 4, count: 4, during: 4 },
};

/** Writes the config and its model into a folder. */
export async function writeTinyRun(folder: string, config: Readonly<Record<string, unknown>> = tinyConfig): Promise<void> {
  await writeTinyModel(join(folder, "model"));
  writeFileSync(join(folder, "tiny.json"), JSON.stringify(config));
}

/** Every file of a run with the hash of its bytes, without the wall-clock times and what shows them. */
export function hashesOf(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((file) => !/(^|\/)(timings\.json|summary\.json|report\.html)$/.test(file))
    .sort();
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash("sha256")
        .update(readFileSync(join(directory, file)))
        .digest("hex"),
    ]),
  );
}

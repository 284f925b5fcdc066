// The quickstart with everything small: shows that it runs, not that it learns.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const small = [
  ["sft.problems", 32],
  ["sft.batchSize", 16],
  ["sft.steps", 12],
  ["grpo.steps", 1],
  ["grpo.promptsPerStep", 2],
  ["grpo.evaluateEvery", 0],
  ["sampling.maxTokens", 48],
  ["evaluation.problems", 8],
  ["rollouts.problems", 4],
  ["rollouts.count", 4],
  ["influence.targets", 2],
];
const flags = small.flatMap(([path, value]) => ["--set", `${path}=${value}`]);
for (const config of ["quickstart.config.ts", "promptbench.config.ts"]) {
  const directory = mkdtempSync(join(tmpdir(), "quickstart-"));
  try {
    const { status } = spawnSync("bridge", ["run", config, "-d", directory, ...flags], { stdio: "inherit" });
    if (status !== 0) throw new Error(`bridge run ${config} ended with ${status}`);
    const { arms } = JSON.parse(readFileSync(join(directory, "summary.json"), "utf8"));
    if (arms.vanilla.grpo.inDistribution.n !== 8 || arms.bridge.sft.outOfDistribution.n !== 8)
      throw new Error(`${config}: summary.json lacks an evaluation`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

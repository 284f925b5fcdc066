import { readFileSync } from "node:fs";
import { differencesOfAdvantageCase, differencesOfLossCase, type LossCaseFile } from "../packages/grpo/test/loss-cases.js";

// Compares losses, gradients, metrics and advantages with a file in the format of packages/grpo/test/fixtures/trl-golden.json.

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: pnpm verify:losses <file>, for example packages/grpo/test/fixtures/trl-golden.json");
  process.exit(2);
}
const tolerance = 1e-9;
const file: LossCaseFile = JSON.parse(readFileSync(path, "utf8"));
const results = [
  ...file.loss_cases.map((loss) => ({ id: loss.id, differences: differencesOfLossCase(file, loss, tolerance) })),
  ...file.advantage_cases.map((advantage, index) => ({
    id: `advantages ${index}: ${advantage.agg}, ${advantage.scale_rewards}`,
    differences: differencesOfAdvantageCase(file, advantage, tolerance),
  })),
];
const failed = results.filter(({ differences }) => differences.length > 0);
for (const { id, differences } of failed) console.log(`FAILED ${id}\n  ${differences.join("\n  ")}`);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 && results.length > 0 ? 0 : 1;

// Kills SFT and GRPO runs at random moments, starts them again, and compares every byte with a run that nobody disturbed.
// pnpm verify:resume [--points 20] [--seed 1]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../packages/spec/src/index.js";
import { contents, runScript } from "../test/support/index.js";

const { values: flags } = parseArgs({ options: { points: { type: "string", default: "20" }, seed: { type: "string", default: "1" } } });
const trainers = [
  { name: "sft", steps: 40 },
  { name: "grpo", steps: 20 },
];
let [passed, failed] = [0, 0];
for (const { name, steps } of trainers) {
  const script = new URL(`../packages/${name}/test/${name}-run.ts`, import.meta.url).pathname;
  const work = mkdtempSync(join(tmpdir(), `bridge-resume-${name}-`));
  const undisturbed = join(work, "undisturbed");
  await runScript(script, undisturbed);
  const expected = contents(undisturbed);
  const random = createRandom(Number(flags.seed), `kill points of ${name}`);
  for (let point = 0; point < Number(flags.points); ) {
    const kill = { afterLines: random.integer(0, steps - 1), delay: random.integer(0, 60), signal: "SIGKILL" as const };
    const directory = join(work, `point-${point}`);
    const { code: ended } = await runScript(script, directory, kill);
    if (ended === 0) {
      console.log(`${name}: was done ${kill.delay} ms after step ${kill.afterLines}; another moment is drawn`);
      rmSync(directory, { recursive: true });
      continue;
    }
    point++;
    const { code, lines } = await runScript(script, directory);
    const found = contents(directory);
    const different = [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter((file) => expected[file] !== found[file]);
    const isSame = code === 0 && different.length === 0;
    if (isSame) passed++;
    else failed++;
    const told = isSame ? "the same bytes" : `DIFFERENT: exit code ${code}, ${different.join(", ")}`;
    console.log(`${name}: killed ${kill.delay} ms after step ${kill.afterLines}, ${lines} steps done again: ${told}`);
    rmSync(directory, { recursive: true });
  }
  rmSync(work, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analysis, createArm, demonstrate, reflection, subgoal } from "@bridge-rl/behaviors";
import { type IgsmOptions, igsm } from "@bridge-rl/igsm";
import { withLineWriter } from "../src/data/write-lines.js";

/**
 * Prints what one core makes of data: problems with their rendered BRIDGE demonstrations a second, and what goes to disk as JSON lines:
 * `node --conditions=@bridge-rl/source --import tsx packages/cli/bench/data.ts [seconds]`.
 */
const seconds = Number(process.argv[2] ?? 2);

const settings: Readonly<Record<string, IgsmOptions>> = {
  "prose, 15-20 operations": { operations: [15, 20] },
  "terse, 15-20 operations": { operations: [15, 20], phrasebook: "terse" },
};

const arm = createArm("bridge", { behaviors: [reflection({ probability: 0.1 }), analysis({ probability: 0.1 }), subgoal()] });

for (const [name, options] of Object.entries(settings)) {
  measure(options, Math.min(1, seconds), 1);
  const { count, characters, elapsed } = measure(options, seconds, 2);
  const rate = Math.round(count / elapsed).toLocaleString("en");
  console.log(`${name}: ${rate} problems/s of CPU time with a BRIDGE demonstration each, ${Math.round(characters / count)} characters`);
}

const folder = mkdtempSync(join(tmpdir(), "bridge-bench-"));
const file = join(folder, "problems.jsonl");
const rows = [...igsm({ operations: [15, 20], seed: 3 }).problems({ count: 500 })];
const start = process.cpuUsage();
let written = 0;
await withLineWriter(file, async (writer) => {
  while (spent(start) < seconds) {
    for (const row of rows) await writer.write(row);
    written += rows.length;
  }
});
const elapsed = spent(start);
const megabytes = statSync(file).size / 1e6;
rmSync(folder, { recursive: true });
console.log(
  `problem rows to disk: ${Math.round(megabytes / elapsed)} MB/s of CPU time, ${Math.round(written / elapsed).toLocaleString("en")} rows/s`,
);

function measure(options: IgsmOptions, seconds: number, seed: number): { count: number; characters: number; elapsed: number } {
  const source = igsm({ ...options, seed });
  const start = process.cpuUsage();
  let count = 0;
  let characters = 0;
  for (const problem of source.problems()) {
    for (const { prompt, completion } of demonstrate(problem, source.phrasebook, arm, seed))
      characters += prompt.length + completion.length;
    count++;
    if (count % 200 === 0 && spent(start) >= seconds) break;
  }
  return { count, characters, elapsed: spent(start) };
}

function spent(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

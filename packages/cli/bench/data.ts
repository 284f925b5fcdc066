import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { analysis, createArm, demonstrate, reflection, subgoal } from "@bridge-rl/behaviors";
import { type IgsmOptions, igsm } from "@bridge-rl/igsm";
import { withLineWriter } from "../src/data/write-lines.js";

/**
 * Prints what one core makes of data: problems with their rendered BRIDGE demonstrations a second, and what goes to disk as JSON lines.
 * Rates are medians over tenths of a second of a process that is warm, as one that makes millions is: other load disturbs some of them only.
 * `node --conditions=@bridge-rl/source --import tsx packages/cli/bench/data.ts [seconds]`.
 */
const seconds = Number(process.argv[2] ?? 2);

const settings: Readonly<Record<string, IgsmOptions>> = {
  "prose, 15-20 operations": { operations: [15, 20] },
  "terse, 15-20 operations": { operations: [15, 20], phrasebook: "terse" },
};

const arm = createArm("bridge", { behaviors: [reflection({ probability: 0.1 }), analysis({ probability: 0.1 }), subgoal()] });

for (const [name, options] of Object.entries(settings)) {
  // Compiling all of it to machine code takes that long where the compiler's threads share the core.
  measure(options, 1.5 * seconds, 1);
  const { rates, count, characters } = measure(options, seconds, 2);
  const rate = Math.round(rates[rates.length >> 1] as number).toLocaleString("en");
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

function measure(options: IgsmOptions, seconds: number, seed: number): { rates: number[]; count: number; characters: number } {
  const source = igsm({ ...options, seed });
  const rates: number[] = [];
  let count = 0;
  let characters = 0;
  let inSlice = 0;
  let start = process.cpuUsage();
  for (const problem of source.problems()) {
    for (const { prompt, completion } of demonstrate(problem, source.phrasebook, arm, seed))
      characters += prompt.length + completion.length;
    count++;
    if (++inSlice % 200 !== 0 || spent(start) < 0.1) continue;
    rates.push(inSlice / spent(start));
    if (rates.length >= 10 * seconds) break;
    inSlice = 0;
    start = process.cpuUsage();
  }
  return { rates: rates.sort((left, right) => left - right), count, characters };
}

function spent(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

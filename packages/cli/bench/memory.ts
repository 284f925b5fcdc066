import { bridge, demonstrate } from "@bridge-rl/behaviors";
import { igsm } from "@bridge-rl/igsm";

/**
 * Makes many problems with their BRIDGE demonstrations, and prints the resident memory as they go by:
 * `node --conditions=@bridge-rl/source --import tsx packages/cli/bench/memory.ts [problems]`. Ten million show that it stays constant.
 *
 * Fails where the second half needs a tenth more than the first did at most.
 */
const problems = Number(process.argv[2] ?? 100_000);
const samples = 20;

const source = igsm({ operations: [15, 20], phrasebook: "terse", seed: 4 });
const arm = bridge();
const every = Math.ceil(problems / samples);
const resident: number[] = [];
const start = process.cpuUsage();
let characters = 0;
let made = 0;
for (const problem of source.problems({ count: problems })) {
  for (const { prompt, completion } of demonstrate(problem, source.phrasebook, arm, 4)) characters += prompt.length + completion.length;
  made++;
  if (made % every === 0) resident.push(process.memoryUsage.rss() / 1e6);
}
const { user, system } = process.cpuUsage(start);

const half = Math.ceil(resident.length / 2);
const first = Math.max(...resident.slice(0, half));
const second = Math.max(...resident.slice(half));
console.log(`resident memory, MB: ${resident.map((value) => Math.round(value)).join(" ")}`);
console.log(
  `${made.toLocaleString("en")} problems, ${(characters / 1e6).toFixed(0)} million characters, ${((user + system) / 1e6).toFixed(1)} s of CPU time: at most ${Math.round(first)} MB in the first half, ${Math.round(second)} MB in the second`,
);
if (second > 1.1 * first) {
  console.error("memory grows with the number of problems");
  process.exitCode = 1;
}

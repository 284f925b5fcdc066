import { formatCounts } from "./gates.mjs";

/**
 * Runs checks, a few at a time, prints one line for each and the output of those that fail, and ends with the counts.
 *
 * @param checks  `{ name, run }`; `run` resolves to `{ code, output, figure }`, where a figure is what it measured, if anything, or to
 *   `{ skipped: reason }`
 */
export async function runChecks(checks, { concurrency = 1 } = {}) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const queue = [...checks];
  const work = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const start = performance.now();
      const result = await check.run();
      const time = `${((performance.now() - start) / 1000).toFixed(1)} s`;
      if (result.skipped) {
        counts.skipped++;
        console.log(`skipped ${check.name}: ${result.skipped}`);
      } else if (result.code === 0) {
        counts.passed++;
        console.log(`passed  ${check.name} (${time})${result.figure === undefined ? "" : `: ${result.figure}`}`);
      } else {
        counts.failed++;
        console.log(`FAILED  ${check.name} (${time})\n${result.output.trimEnd()}`);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  console.log(formatCounts(counts));
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

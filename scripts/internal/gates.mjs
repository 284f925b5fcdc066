/** What a script prints last: `3 passed, 0 failed` with an optional `, 1 skipped`. */
const countsPattern = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

/** The line that `parseCounts` reads. */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** The counts a script ends with, or undefined where its last line is something else. */
function parseCounts(output) {
  const match = countsPattern.exec(output.trimEnd().split("\n").at(-1) ?? "");
  return match ? { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3] ?? 0) } : undefined;
}

/**
 * Runs lanes of gates side by side, the gates of one lane after the other.
 *
 * @param lanes  arrays of `{ name, run }`; `run` resolves to `{ code, output, counts? }`
 * @returns the sum of all counts, a gate without counts of its own counting as one, and the names of gates that failed
 */
export async function runGates(lanes, { say = console.log } = {}) {
  const total = { passed: 0, failed: 0, skipped: 0, broken: [] };
  const running = new Map();
  const heartbeat = setInterval(() => {
    const names = [...running].map(([name, start]) => `${name} (${seconds(start)} s)`);
    say(`… ${names.join(", ")}`);
  }, 30_000);
  const runLane = async (lane) => {
    for (const { name, run } of lane) {
      const start = performance.now();
      running.set(name, start);
      const { code, output, counts } = await run();
      running.delete(name);
      const result = counts ?? parseCounts(output) ?? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
      if (code !== 0 && result.failed === 0) result.failed = 1;
      for (const key of Object.keys(result)) total[key] += result[key];
      const failed = result.failed > 0;
      if (failed) total.broken.push(name);
      say(`\n── ${name}: ${failed ? "FAILED" : "passed"} in ${seconds(start)} s (${formatCounts(result)})`);
      const text = output.trimEnd();
      if (text !== "") say(failed ? text : tail(text, 4));
    }
  };
  await Promise.all(lanes.map(runLane));
  clearInterval(heartbeat);
  return total;
}

function tail(text, lines) {
  return text.split("\n").slice(-lines).join("\n");
}

function seconds(start) {
  return ((performance.now() - start) / 1000).toFixed(1);
}

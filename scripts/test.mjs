// Everything that has to hold before a change goes in. Needs Node, npm and git; brings the rest itself.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { formatCounts, runGates } from "./internal/gates.mjs";
import { capture, prepareWorkspace, root } from "./internal/workspace.mjs";

const start = performance.now();
const env = { ...(await prepareWorkspace()), NO_COLOR: "1" };
const command = (name, ...words) => ({ name, run: () => capture(words[0], words.slice(1), { env }) });

// The type check and the build keep one core each; the unit tests, which need no build, come after and use both.
const total = await runGates([
  [
    command("biome", "pnpm", "lint"),
    command("types", "pnpm", "typecheck"),
    command("unused code (knip)", "pnpm", "unused"),
    command("changesets", "node", "scripts/check-changesets.mjs"),
  ],
  [command("build", "pnpm", "build")],
]);
const isBuilt = !total.broken.includes("build");
add(total, await runGates([[{ name: "tests", run: runVitest }]]));
add(
  total,
  await runGates([
    [command("README code", "node", "scripts/check-readmes.mjs")],
    [command("examples", "node", "scripts/check-examples.mjs")],
  ]),
);
// Alone, since packing changes the manifests that everything else resolves packages by.
add(total, await runGates([[command("packed packages (publint, attw)", "node", "scripts/check-packages.mjs")]]));

if (total.broken.length > 0) console.log(`\nFailed: ${total.broken.join(", ")}`);
console.log(`\nAll gates took ${((performance.now() - start) / 1000).toFixed(0)} s.`);
console.log(formatCounts(total));
process.exitCode = total.failed === 0 ? 0 : 1;

async function runVitest() {
  const reportFile = join(root, "node_modules", ".cache", "vitest-report.json");
  rmSync(reportFile, { force: true });
  const { code, output } = await capture("pnpm", ["unit", "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`], {
    // With the build there, the tests of the command run what users get.
    env: isBuilt ? { ...env, BRIDGE_TEST_BUILT: "1" } : env,
  });
  const report = readReport(reportFile);
  if (!report) return { code: code || 1, output };
  const brokenFiles = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  return {
    code,
    output,
    counts: {
      passed: report.numPassedTests,
      failed: report.numFailedTests + brokenFiles,
      skipped: report.numPendingTests + report.numTodoTests,
    },
  };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined; // vitest did not get as far as writing it; its exit code and output tell why
  }
}

function add(sum, more) {
  sum.broken.push(...more.broken);
  for (const key of ["passed", "failed", "skipped"]) sum[key] += more[key];
}

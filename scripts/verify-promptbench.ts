/** Reads and solves DyVal's own problems: `pnpm verify:promptbench <folder>` of JSON Lines as PromptBench fixtures have them. */
import { readFolder } from "../packages/promptbench/test/verification/read-folder.js";
import { verifyRow } from "../packages/promptbench/test/verification/verify-row.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: pnpm verify:promptbench <folder>, where the folder has files such as arithmetic_d3w2.jsonl");
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const { file, task, rows } of readFolder(folder)) {
  for (const row of rows) {
    const findings = findingsOf(() => verifyRow(task, row));
    if (findings.length === 0) passed++;
    else {
      failed++;
      console.log(`FAILED ${file} row ${row.row}\n  ${findings.join("\n  ")}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** A row that cannot be read is a finding too; the others are still to be checked. */
function findingsOf(verify: () => string[]): string[] {
  try {
    return verify();
  } catch (error) {
    return [String(error)];
  }
}

/** Reads and solves DyVal's own problems: `pnpm verify:promptbench <folder>` of JSON Lines as PromptBench fixtures have them. */
import { readFolder } from "../packages/promptbench/test/verification/read-folder.js";
import { type RowFindings, verifyRow } from "../packages/promptbench/test/verification/verify-row.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: pnpm verify:promptbench <folder>, where the folder has files such as arithmetic_d3w2.jsonl");
  process.exit(2);
}
let passed = 0;
let mislabelled = 0;
let failed = 0;
for (const { file, task, rows } of readFolder(folder)) {
  for (const row of rows) {
    const found = findingsOf(() => verifyRow(task, row));
    if (found.failures.length > 0) {
      failed++;
      console.log(`FAILED ${file} row ${row.row}\n  ${found.failures.join("\n  ")}`);
    } else if (found.mislabelled !== undefined) {
      mislabelled++;
      const { label, answer, lines } = found.mislabelled;
      console.log(
        `MISLABELLED ${file} row ${row.row}: its label is ${label}, but from its text follows ${answer}\n  ${lines.join("\n  ")}`,
      );
    } else passed++;
  }
}
const shown = mislabelled === 0 ? "" : `, ${mislabelled} shown to be mislabelled`;
console.log(`${passed} passed${shown}, ${failed} failed`);
process.exitCode = failed === 0 && mislabelled === 0 && passed > 0 ? 0 : 1;

/** A row that cannot be read is a finding too; the others are still to be checked. */
function findingsOf(verify: () => RowFindings): RowFindings {
  try {
    return verify();
  } catch (error) {
    return { failures: [String(error)] };
  }
}

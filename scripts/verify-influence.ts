/** Checks the influence maths against a reference file: `pnpm verify:influence <file>`. */
import { readFileSync } from "node:fs";
import type { InfluenceFixture } from "../packages/influence/test/verification/fixture.js";
import { verifyFixture } from "../packages/influence/test/verification/verify.js";

const [path] = process.argv.slice(2).filter((argument) => argument !== "--");
if (path === undefined) {
  console.error("usage: pnpm verify:influence <file>, where the file has the structure of packages/influence/test/fixtures/influence.json");
  process.exit(2);
}
// Python writes NaN and Infinity, which JSON has no words for.
const text = readFileSync(path, "utf8").replace(/(?<=[[,:]\s*)(NaN|-?Infinity)\b/g, "null");
const fixture: InfluenceFixture = JSON.parse(text);
const { checks, absent } = verifyFixture(fixture);
const failed = checks.filter((check) => !check.passed);
for (const { name, detail } of failed) console.log(`FAILED ${name}: ${detail}`);
if (absent.length > 0) console.log(`not in this file, so not checked: ${absent.join(", ")}`);
console.log(`${checks.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 && checks.length > 0 ? 0 : 1;

/** Checks iGSM's readers and its judge against a folder of rows by other generators: `pnpm verify:igsm <folder>`. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { originalErrors, type ParsedProblem, parseProblem, verifySolution } from "../packages/igsm/src/index.js";

interface ProblemRow {
  readonly row?: number;
  readonly problem?: number;
  readonly question: string;
  readonly question_aug?: readonly string[];
  readonly solution: string;
  readonly answer_aug?: readonly string[];
  readonly answer: number;
  readonly num_ops?: number;
}

interface CaseRow {
  readonly case: number;
  readonly problem: number;
  readonly mutation: string;
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly solution: string;
}

const shownFailures = 20;

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: pnpm verify:igsm <folder>, where the folder has rows of orig_igsm_*, bridge_igsm_* and validator_*.jsonl");
  process.exit(2);
}

const files = readdirSync(folder).sort();
const problems = new Map<number, ParsedProblem>();
let passed = 0;
let failed = 0;
let labels = 0;
let sameLabels = 0;

for (const file of files) {
  if (!/^(?:orig_igsm|bridge_igsm|validator_problems).*\.jsonl$/.test(file)) continue;
  for (const row of readRows<ProblemRow>(file)) count(`${file} ${row.row ?? row.problem}`, checkProblem(row));
}
if (files.includes("validator_cases.jsonl")) {
  for (const row of readRows<CaseRow>("validator_cases.jsonl"))
    count(`validator_cases.jsonl ${row.case} (${row.mutation})`, checkCase(row));
}
if (labels > 0) console.log(`${sameLabels} of ${labels} validator cases with the same categories of errors`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function readRows<Row>(file: string): Row[] {
  const lines = readFileSync(join(folder as string, file), "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line): Row => JSON.parse(line));
}

function count(where: string, differences: readonly string[]): void {
  if (differences.length === 0) {
    passed++;
    return;
  }
  failed++;
  if (failed <= shownFailures) console.log(`FAILED ${where}: ${differences.join("; ")}`);
}

/** Reads a row's question, solves it, and judges its solutions. Returns what differs. */
function checkProblem(row: ProblemRow): string[] {
  const differences: string[] = [];
  for (const question of [row.question, ...(row.question_aug ?? [])]) {
    try {
      const parsed = parseProblem(question);
      if (row.problem !== undefined) problems.set(row.problem, parsed);
      if (parsed.answer !== row.answer) differences.push(`answer ${parsed.answer}, not ${row.answer}`);
      if (row.num_ops !== undefined && parsed.operations !== row.num_ops) {
        differences.push(`${parsed.operations} operations, not ${row.num_ops}`);
      }
      if (question !== row.question) continue;
      for (const solution of [row.solution, ...(row.answer_aug ?? [])]) differences.push(...errorsOf(parsed, solution));
    } catch (error) {
      differences.push(String(error));
    }
  }
  return differences;
}

function errorsOf(problem: ParsedProblem, solution: string): string[] {
  const { findings } = verifySolution(problem, solution);
  return findings
    .filter(({ severity }) => severity === "error")
    .map(({ kind, message, start, end }) => `${kind} at ${start} "${solution.slice(start, end)}": ${message}`);
}

/** Judges a labelled solution. The verdict has to be the label's; categories are counted, since several may apply. */
function checkCase(row: CaseRow): string[] {
  const problem = problems.get(row.problem);
  if (problem === undefined) return [`problem ${row.problem} is not in validator_problems.jsonl`];
  const { valid, findings } = verifySolution(problem, row.solution);
  labels++;
  if (originalErrors(findings).join() === row.errors.join()) sameLabels++;
  if (valid === row.valid) return [];
  const found = findings.map(({ kind, message }) => `${kind} (${message})`).join(", ");
  return [
    `${valid ? "valid" : "invalid"} where the label says ${row.valid ? "valid" : `invalid: ${row.errors.join(", ")}`}; found ${found || "nothing"}`,
  ];
}

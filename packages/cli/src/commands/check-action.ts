import { BridgeError } from "@bridge-rl/spec";
import { hasText, identityOf, modulusOf, problemFields, queryOf, readTextRows, solutionFields, textOf } from "../data/text-rows.js";
import { withLineWriter } from "../data/write-lines.js";
import { ChecksFailed } from "../internal/checks-failed.js";
import { loadTextTask } from "../tasks/text-tasks.js";

export interface CheckFlags {
  readonly task: string;
  readonly in: string;
  readonly problems?: string | undefined;
  readonly output: string;
  readonly problemField?: string | undefined;
  readonly solutionField?: string | undefined;
  readonly modulus?: number | undefined;
  readonly steps: boolean;
  readonly strict?: true | undefined;
}

type Row = Readonly<Record<string, unknown>>;

/** @throws ChecksFailed where `--strict` asks for it */
export async function checkCommand(flags: CheckFlags): Promise<void> {
  const task = await loadTextTask(flags.task);
  const questions = flags.problemField === undefined ? [...problemFields, ...(task.problemFields ?? [])] : [flags.problemField];
  const solutions = flags.solutionField === undefined ? solutionFields : [flags.solutionField];
  const problems = flags.problems === undefined ? undefined : await readProblemsByName(flags.problems);
  let [rows, unread, valid, failed] = [0, 0, 0, 0];
  await withLineWriter(flags.output, async (writer) => {
    for await (const { line, row } of readTextRows(flags.in)) {
      rows++;
      const result = check(row);
      if (!result.ok) unread++;
      if (result.valid === true) valid++;
      if (!(result.agrees ?? result.valid ?? false)) failed++;
      await writer.write({ line, ...result });
    }
  });
  const summary = `${rows} rows: ${valid} valid, ${rows - valid - unread} invalid, ${unread} not read`;
  if (flags.strict && failed > 0) throw new ChecksFailed(`${summary}; ${failed} not as they should be`);
  process.stderr.write(`${summary}\n`);

  function check(row: Row | BridgeError): Record<string, unknown> {
    if (row instanceof BridgeError) return { ok: false, error: { code: row.code, message: row.message } };
    const identity = identityOf(row);
    try {
      const problem = problemOf(row);
      const modulus = flags.modulus ?? modulusOf(row) ?? modulusOf(problem);
      const settings = { modulus, query: queryOf(problem, task) };
      const { steps, ...checked } = task.check(textOf(problem, questions, "user"), textOf(row, solutions, "assistant"), settings);
      const label = typeof row.valid === "boolean" ? { expected: row.valid, agrees: row.valid === checked.valid } : {};
      return { ...identity, ok: true, ...checked, ...label, ...(flags.steps && steps !== undefined ? { steps } : {}) };
    } catch (error) {
      if (!BridgeError.isInstance(error)) throw error;
      return { ...identity, ok: false, error: { code: error.code, message: error.message } };
    }
  }

  /** The row with the problem's text: the row itself, or one of `--problems`. */
  function problemOf(row: Row): Row {
    if (problems === undefined) return row;
    const named = problems.get(String(row.problem ?? row.id));
    if (named !== undefined) return named;
    if (hasText(row, questions, "user")) return row;
    throw new BridgeError("invalid-input", `problem ${String(row.problem ?? row.id)} is not in ${flags.problems}`);
  }
}

async function readProblemsByName(path: string): Promise<ReadonlyMap<string, Row>> {
  const problems = new Map<string, Row>();
  for await (const { line, row } of readTextRows(path)) {
    if (row instanceof BridgeError) throw new BridgeError("invalid-file", `${path}, line ${line}: ${row.message}`, { cause: row });
    const name = typeof row.problem === "number" ? row.problem : (row.id ?? row.problem ?? row.row);
    if (name !== undefined) problems.set(String(name), row);
  }
  return problems;
}

import { BridgeError } from "@bridge-rl/spec";
import { identityOf, modulusOf, problemFields, queryOf, readTextRows, textOf } from "../data/text-rows.js";
import { withLineWriter } from "../data/write-lines.js";
import { ChecksFailed } from "../internal/checks-failed.js";
import { loadTextTask } from "../tasks/text-tasks.js";

export interface SolveFlags {
  readonly task: string;
  readonly in: string;
  readonly output: string;
  readonly problemField?: string | undefined;
  readonly modulus?: number | undefined;
  readonly graph: boolean;
  readonly strict?: true | undefined;
}

/** @throws ChecksFailed where `--strict` asks for it */
export async function solveCommand(flags: SolveFlags): Promise<void> {
  const task = await loadTextTask(flags.task);
  const fields = flags.problemField === undefined ? [...problemFields, ...(task.problemFields ?? [])] : [flags.problemField];
  let [rows, unread, wrong] = [0, 0, 0];
  await withLineWriter(flags.output, async (writer) => {
    for await (const { line, row } of readTextRows(flags.in)) {
      rows++;
      const result = solve(row);
      if (!result.ok) unread++;
      if (result.correct === false) wrong++;
      await writer.write({ line, ...result });
    }
  });
  const summary = `${rows} rows: ${rows - unread} solved, ${unread} not read, ${wrong} with another answer than the row's`;
  if (flags.strict && unread + wrong > 0) throw new ChecksFailed(summary);
  process.stderr.write(`${summary}\n`);

  function solve(row: Readonly<Record<string, unknown>> | BridgeError): Record<string, unknown> {
    if (row instanceof BridgeError) return { ok: false, error: { code: row.code, message: row.message } };
    const identity = identityOf(row);
    try {
      const { graph, ...solved } = task.solve(textOf(row, fields, "user"), {
        modulus: flags.modulus ?? modulusOf(row),
        query: queryOf(row, task),
      });
      const { answer } = row;
      const known =
        answer === undefined
          ? {}
          : { expected: answer, correct: task.agrees?.(solved.answer, answer) ?? String(answer) === String(solved.answer) };
      return { ...identity, ok: true, ...solved, ...known, ...(flags.graph ? { graph } : {}) };
    } catch (error) {
      if (!BridgeError.isInstance(error)) throw error;
      return { ...identity, ok: false, error: { code: error.code, message: error.message } };
    }
  }
}

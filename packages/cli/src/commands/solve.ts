import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { textTaskNames } from "../tasks/text-tasks.js";
import { modulusFlag, outputFlag } from "./shared-flags.js";

/** Adds `bridge solve`: problem texts in, graphs and answers out. */
export function addSolve(program: Command): void {
  program
    .command("solve")
    .summary("read problems by other hands, and solve them")
    .description(
      `Reads JSON lines with a problem's text and writes {line, ok, answer, operations, dialect, graph} for each, or {line, ok: false, error:
{code, message}} where the text can't be read. The text is taken from question, prompt (a string or chat messages), query, problem, text
or input. id, row, case and problem of a row are repeated; a row that has an answer of its own also gets {expected, correct}.`,
    )
    .addOption(new Option("--task <name>", "what the texts are about").choices(textTaskNames).default("igsm"))
    .option("-i, --in <file>", "JSON lines to read, - for standard input", "-")
    .option(...outputFlag)
    .option("--problem-field <name>", "the field with the problem's text")
    .option(...modulusFlag)
    .option("--no-graph", "leave the graph out")
    .option("--strict", "exit with 1 where a text can't be read or an answer is not the row's own")
    .addHelpText(
      "after",
      examples([
        ["bridge solve --task igsm --in rows.jsonl", "graphs and answers"],
        [
          "bridge generate --count 100 | bridge solve --strict --no-graph > answers.jsonl",
          "in a pipe, checked against the rows' own answers",
        ],
        ["bridge solve --in terse.jsonl --modulus 23", "for terse texts, which don't say their modulus (or give rows a modulus)"],
      ]),
    )
    .action(async (flags) => {
      const { solveCommand } = await import("./solve-action.js");
      await solveCommand(flags);
    });
}

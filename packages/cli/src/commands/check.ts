import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { textTaskNames } from "../tasks/text-tasks.js";
import { modulusFlag, outputFlag } from "./shared-flags.js";

/** Adds `bridge check`: problem and solution texts in, verdicts and findings out. */
export function addCheck(program: Command): void {
  program
    .command("check")
    .summary("judge solutions by other hands, step by step")
    .description(
      `Reads JSON lines or Parquet with the texts of a problem and a solution and writes {line, ok, valid, findings, behaviors, progress, …} for each, or
{line, ok: false, error: {code, message}} where the problem can't be read. A finding is {kind, severity, message, start, end, step}:
characters of the solution, and errors make it invalid where notes don't. The problem is taken from question, prompt (a string or chat
messages), query, input, problem, text or messages, the solution from solution, completion, response, output, generation or messages. id, row, case and problem
of a row are repeated; a row that says valid itself also gets {expected, agrees}.`,
    )
    .addOption(new Option("--task <name>", "what the texts are about").choices(textTaskNames).default("igsm"))
    .option("-i, --in <file>", "JSON lines or a .parquet file to read, - for standard input", "-")
    .option("--problems <file>", "JSON lines with the problems, where rows only name theirs by problem (or id)")
    .option(...outputFlag)
    .option("--problem-field <name>", "the field with the problem's text")
    .option("--solution-field <name>", "the field with the solution's text")
    .option(...modulusFlag)
    .option("--no-steps", "leave out what was read of each step")
    .option("--strict", "exit with 1 unless every solution is valid, or as valid as its row says")
    .addHelpText(
      "after",
      examples([
        ["bridge check --task igsm --in rows.jsonl", "verdicts and findings"],
        ["bridge generate --count 100 | bridge inject --arm bridge | bridge check --strict > verdicts.jsonl", "in a pipe"],
        ["bridge check --in cases.jsonl --problems problems.jsonl --no-steps", "solutions in one file, problems in another"],
      ]),
    )
    .action(async (flags) => {
      const { checkCommand } = await import("./check-action.js");
      await checkCommand(flags);
    });
}

import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { outputFlag } from "./shared-flags.js";

/** Adds `bridge import`: other trainers' data as ours. */
export function addImport(program: Command): void {
  program
    .command("import")
    .summary("read a dataset of TRL, verl or OpenRLHF")
    .description(
      "Reads Parquet or JSON lines, or a dataset's folder, and writes demonstration lines where rows have completions; where they have prompts " +
        "alone, lines {prompt, answer, problem, operations}. What a file does not say of a demonstration stands as: problem, its place in the file; " +
        'operations, 0; answer, "".',
    )
    .argument("<data>", "a file, a dataset's folder, or - for JSON lines on standard input")
    .option(...outputFlag)
    .addHelpText(
      "after",
      examples([
        [
          "bridge import train.parquet -o demonstrations.jsonl && bridge sft -m base -i demonstrations.jsonl -o models/sft",
          "to train on it here",
        ],
        ["bridge import dataset | bridge stats", "what is in it"],
      ]),
    )
    .action(async (data, { output }) => {
      const { readAnyRows } = await import("../data/read-any.js");
      const { withLineWriter } = await import("../data/write-lines.js");
      await withLineWriter(output, async (writer) => {
        let index = 0;
        for await (const row of readAnyRows(data)) {
          const { system: _, ...known } = row;
          const defaults = { problem: `${data}#${index}`, spans: [], answer: "", operations: 0 };
          await writer.write(row.completion === undefined ? row : { ...defaults, ...known });
          index++;
        }
      });
    });
}

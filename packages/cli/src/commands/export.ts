import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { inputFlag } from "./shared-flags.js";

/** Adds `bridge export`: data for other trainers. */
export function addExport(program: Command): void {
  program
    .command("export")
    .summary("write data in the schema of TRL, verl or OpenRLHF")
    .description(
      "Reads problem lines (for RL), demonstration lines (for SFT) or another trainer's file, and writes a dataset folder: " +
        "data/<split>-00000-of-00001 in Parquet or JSON lines, and README.md, its card.",
    )
    .option(...inputFlag)
    .requiredOption("-o, --output <folder>", "becomes the dataset's folder")
    .addOption(
      new Option("--format <name>", "whose schema")
        .choices(["trl", "trl-conversational", "verl", "openrlhf"] as const)
        .default("trl" as const),
    )
    .addOption(new Option("--to <kind>", "kind of file").choices(["parquet", "jsonl"] as const).default("parquet" as const))
    .option("--split <name>", "name of the split", "train")
    .option("--system <text>", "system message, in schemas with messages")
    .option("--data-source <name>", "verl's data_source, by which it picks a reward function", "bridge-rl")
    .option("--spans", "also write the spans of behaviours, as JSON text", false)
    .option("--title <text>", "the dataset's name on its card", "bridge-rl dataset")
    .option("--description <text>", "what is in it, in Markdown, for its card")
    .option("--license <name>", "the licence's identifier, for its card")
    .option("--task <name>", "source of the phrasebook", "igsm")
    .option("--phrasebook <name>", "how answers that are no numbers are written (default: true and false as they are)")
    .addHelpText(
      "after",
      examples([
        ["bridge export -i bridge.jsonl -o dataset --format trl-conversational", "demonstrations for TRL's SFT"],
        [
          "bridge generate --count 10000 | bridge export -o dataset --format verl --data-source igsm",
          "problems for verl's GRPO, in a pipe",
        ],
        ["bridge export -i bridge.jsonl -o dataset --format openrlhf --to jsonl", "JSON lines"],
      ]),
    )
    .action(async ({ input, output, task, phrasebook, ...options }) => {
      const { writeDataset } = await import("@bridge-rl/datasets");
      const { phrasebookOfFlags, readAnyRows } = await import("../data/read-any.js");
      const rows = readAnyRows(input, await phrasebookOfFlags({ task, phrasebook }));
      const { system, description, license, ...given } = options;
      const written = await writeDataset(output, rows, {
        ...given,
        ...(system === undefined ? {} : { system }),
        ...(description === undefined ? {} : { description }),
        ...(license === undefined ? {} : { license }),
      });
      process.stderr.write(`${written.rows} rows for ${written.kind === "sft" ? "SFT" : "RL"}: ${written.file}\n`);
    });
}

import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { inputFlag, jsonFlag } from "./shared-flags.js";

/** Adds `bridge stats`: what data is made of. */
export function addStats(program: Command): void {
  program
    .command("stats")
    .summary("tell what a dataset is made of")
    .description(
      "Reads problem lines, demonstration lines, rollout lines, or a trainer's Parquet or JSON lines, and tells operations, lengths, answers and " +
        "what a constant one would score, behaviours, and duplicates.",
    )
    .option(...inputFlag)
    .option("--against <data>", "also count the rows whose prompt or solution template this other data has, such as the training data")
    .option("--page <file>", "also write one self-contained HTML page")
    .option("--tokenizer <model>", "count tokens with the tokenizer of a model's folder or package")
    .option("--task <name>", "source of the phrasebook", "igsm")
    .option("--phrasebook <name>", "find behaviours by how this phrasebook words them (default: by spans alone)")
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge stats -i bridge.jsonl --phrasebook prose --tokenizer @bridge-rl/base-igsm --page stats.html", "all that can be told"],
        ["bridge generate --ops 20 --count 5000 | bridge stats", "how often is the answer 0?"],
        ["bridge stats -i test.jsonl --against train.jsonl", "does the test data repeat the training data?"],
        ["bridge stats -i train.parquet --json", "for a script"],
      ]),
    )
    .action(async (flags) => {
      const { statsCommand } = await import("./stats-action.js");
      await statsCommand(flags);
    });
}

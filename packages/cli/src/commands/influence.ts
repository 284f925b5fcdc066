import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { realNumber, wholeNumber } from "../internal/parse-flags.js";
import { jsonFlag, maxTokensFlag, modelFlag, seedFlag, threadsFlag, workersFlag } from "./shared-flags.js";

/** Adds `bridge influence`: what training on each problem would do to others. */
export function addInfluence(program: Command): void {
  program
    .command("influence")
    .summary("tell what one GRPO step on each problem would do to other problems")
    .description(
      "Samples rollouts of training problems and of targets, none of them on both sides, and measures the influence of each training problem " +
        "(Proposition 3.1 of arXiv 2505.18917), by its rollout accuracy.",
    )
    .requiredOption(...modelFlag)
    .requiredOption("-i, --input <file>", "training problems as JSON lines, - for standard input")
    .requiredOption("--targets <file>", "problems that are not trained on, as JSON lines")
    .option("--count <number>", "completions of each problem", wholeNumber(2), 16)
    .option("--temperature <number>", "of sampling", realNumber(), 1)
    .option(...maxTokensFlag)
    .option(...seedFlag)
    .option("--task <name>", "source of the problems (default: the one each line names)")
    .option("--phrasebook <name>", "how answers are read (default: as each line's prompt)")
    .option(...threadsFlag)
    .option(...workersFlag)
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge influence -m models/bridge -i train.jsonl --targets test.jsonl", "influence by accuracy"],
        ["bridge influence -m models/bridge -i train.jsonl --targets test.jsonl --json > influence.json", "every problem, for a script"],
      ]),
    )
    .action(async (flags) => {
      const { influenceCommand } = await import("./influence-action.js");
      await influenceCommand(flags);
    });
}

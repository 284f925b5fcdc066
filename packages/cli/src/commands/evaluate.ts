import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { realNumber, wholeNumber } from "../internal/parse-flags.js";
import { inputFlag, jsonFlag, maxTokensFlag, modelFlag, seedFlag, threadsFlag } from "./shared-flags.js";

/** Adds `bridge evaluate`: how many problems a model solves. */
export function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .summary("measure how many problems a model solves")
    .description(
      "Reads problem lines and tells the share that is solved, with 95 % intervals, by number of operations, and what a constant answer would get.",
    )
    .requiredOption(...modelFlag)
    .option(...inputFlag)
    .option("--count <number>", "completions of each problem; several need a temperature", wholeNumber(1), 1)
    .option("--temperature <number>", "0 is greedy", realNumber(), 0)
    .option(...maxTokensFlag)
    .option(...seedFlag)
    .option("--task <name>", "source of the problems (default: the one each line names)")
    .option("--phrasebook <name>", "how answers are read (default: as each line's prompt)")
    .option(...threadsFlag)
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge evaluate -m models/bridge -i test.jsonl", "greedy"],
        ["bridge evaluate -m models/bridge -i test.jsonl --count 16 --temperature 1 --json", "sampled, with pass@k, for a script"],
      ]),
    )
    .action(async (flags) => {
      const { evaluateCommand } = await import("./evaluate-action.js");
      await evaluateCommand(flags);
    });
}

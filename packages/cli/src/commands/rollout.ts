import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { realNumber, wholeNumber } from "../internal/parse-flags.js";
import {
  inputFlag,
  maxTokensFlag,
  modelFlag,
  outputFlag,
  precisionFlag,
  providerFlag,
  seedFlag,
  threadsFlag,
  workersFlag,
} from "./shared-flags.js";

/** Adds `bridge rollout`: problems in, scored completions out. */
export function addRollout(program: Command): void {
  program
    .command("rollout")
    .summary("sample completions of problems and score them")
    .description(
      "Reads problem lines and writes one line for each: {problem, prompt, graph, answer, operations, rollouts}, " +
        "where a rollout is {text, reward, finishReason, marks}.",
    )
    .requiredOption(...modelFlag)
    .option(...inputFlag)
    .option(...outputFlag)
    .option("--count <number>", "completions of each problem", wholeNumber(1), 8)
    .option("--temperature <number>", "0 is greedy", realNumber(), 1)
    .option("--top-k <number>", "keep the likeliest tokens; 0 keeps all", wholeNumber(), 0)
    .option("--top-p <number>", "keep the smallest set of tokens of this probability", realNumber(), 1)
    .option("--min-p <share>", "keep tokens of at least this share of the likeliest one's probability", realNumber(), 0)
    .option(...maxTokensFlag)
    .option(...precisionFlag)
    .option(...seedFlag)
    .option("--task <name>", "source of the problems (default: the one each line names)")
    .option("--phrasebook <name>", "how answers are read (default: as each line's prompt)")
    .option(...threadsFlag)
    .option(...workersFlag)
    .option(...providerFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge rollout -m models/bridge -i problems.jsonl -o rollouts.jsonl", "eight completions each"],
        ["bridge generate --ops 5 --modulus 11 --phrasebook terse --count 20 | bridge rollout -m models/bridge --count 2", "in a pipe"],
      ]),
    )
    .action(async (flags) => {
      const { rolloutCommand } = await import("./rollout-action.js");
      await rolloutCommand(flags);
    });
}

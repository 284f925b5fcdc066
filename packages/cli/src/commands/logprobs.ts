import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { realNumber } from "../internal/parse-flags.js";
import { modelFlag, providerFlag, threadsFlag } from "./shared-flags.js";

/** Adds `bridge logprobs`: token ids in, their log-probabilities out. */
export function addLogprobs(program: Command): void {
  program
    .command("logprobs")
    .summary("log-probabilities of token ids under a model")
    .description(
      "Reads lines {ids} and writes a line {logProbabilities} for each, in nats: the first is that of the second id given the first, " +
        "so there is one fewer than ids. The folder needs no tokenizer.",
    )
    .requiredOption(...modelFlag)
    .option("-i, --in <file>", "JSON lines to read, - for standard input", "-")
    .option("-o, --out <file>", "where the lines go, - for standard output; a file is written aside and renamed", "-")
    .option("--temperature <number>", "divides the logits before the softmax", realNumber(), 1)
    .option(...threadsFlag)
    .option(...providerFlag)
    .addHelpText(
      "after",
      examples([["bridge logprobs -m models/qwen --in ids.jsonl --out logprobs.jsonl", "score what another tool sampled"]]),
    )
    .action(async (flags) => {
      const { logprobsCommand } = await import("./logprobs-action.js");
      await logprobsCommand(flags);
    });
}

import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { realNumber, wholeNumber } from "../internal/parse-flags.js";
import {
  checkpointEveryFlag,
  inputFlag,
  learningRateFlag,
  loraAlphaFlag,
  loraDropoutFlag,
  loraRankFlag,
  loraTargetsFlag,
  modelFlag,
  providerFlag,
  saveDtypeFlag,
  scheduleFlag,
  seedFlag,
  threadsFlag,
  trainedFlag,
  trainFlag,
  warmupFlag,
  workersFlag,
} from "./shared-flags.js";

/** Adds `bridge sft`: demonstrations in, a fine-tuned model out. */
export function addSft(program: Command): void {
  program
    .command("sft")
    .summary("fine-tune a model on demonstrations")
    .description("Reads demonstration lines (a prompt and a completion each) and fine-tunes a model on their completions.")
    .requiredOption(...modelFlag)
    .option(...inputFlag)
    .requiredOption(...trainedFlag)
    .option("--epochs <number>", "how often each demonstration is seen (default: 1)", realNumber())
    .addOption(new Option("--steps <number>", "optimiser steps instead of epochs").argParser(wholeNumber(1)).conflicts("epochs"))
    .option("--batch-size <number>", "demonstrations of one step", wholeNumber(1), 32)
    .option(learningRateFlag[0], learningRateFlag[1], learningRateFlag[2], 1e-3)
    .option(...scheduleFlag)
    .option(...warmupFlag)
    .option(...loraRankFlag)
    .option(...loraAlphaFlag)
    .option(...loraDropoutFlag)
    .option(...loraTargetsFlag)
    .addOption(
      new Option("--loss-on <part>", "which tokens are learned").choices(["completion", "all"] as const).default("completion" as const),
    )
    .option(...seedFlag)
    .option(...threadsFlag)
    .option(...workersFlag)
    .option(...providerFlag)
    .option(...checkpointEveryFlag)
    .option(...trainFlag)
    .option(...saveDtypeFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge sft -m @bridge-rl/base-igsm -i bridge.jsonl -o models/bridge", "one epoch"],
        ["bridge sft -m base -i bridge.jsonl -o models/bridge --epochs 3 --schedule cosine --warmup 20", "three, with a schedule"],
      ]),
    )
    .action(async (flags) => {
      const { sftCommand } = await import("./sft-action.js");
      await sftCommand(flags);
    });
}

import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { realNumber, wholeNumber } from "../internal/parse-flags.js";
import {
  jsonFlag,
  loraAlphaFlag,
  loraDropoutFlag,
  loraRankFlag,
  loraTargetsFlag,
  modelFlag,
  providerFlag,
  threadsFlag,
  workersFlag,
} from "./shared-flags.js";

/** Adds `bridge plan`: what training a model would take. */
export function addPlan(program: Command): void {
  program
    .command("plan")
    .summary("estimate memory and time of training a model")
    .description(
      "Reads a model's config.json and prints the memory that training takes and the time of a step, before anything is loaded. " +
        "Training refuses what doesn't fit with the same numbers.",
    )
    .requiredOption(...modelFlag)
    .option("--batch <rows>", "sequences of a step", wholeNumber(1), 32)
    .option("--length <tokens>", "tokens of each", wholeNumber(1), 512)
    .option("--tokens-per-run <tokens>", "padded tokens that are computed at once", wholeNumber(1), 1024)
    .option(...loraRankFlag)
    .option(...loraAlphaFlag)
    .option(...loraDropoutFlag)
    .option(...loraTargetsFlag)
    .option("--memory <gigabytes>", "what there is (default: of this machine or container)", realNumber())
    .option(...threadsFlag)
    .option(...workersFlag)
    .option(...providerFlag)
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge plan -m models/qwen --batch 8 --length 512", "all weights"],
        ["bridge plan -m models/qwen --batch 8 --length 512 --lora-rank 16", "adapters"],
      ]),
    )
    .action(async (flags) => {
      const { planCommand } = await import("./plan-action.js");
      await planCommand(flags);
    });
}

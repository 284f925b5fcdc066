import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { realNumber, wholeNumber } from "../internal/parse-flags.js";
import {
  checkpointEveryFlag,
  learningRateFlag,
  loraAlphaFlag,
  loraDropoutFlag,
  loraRankFlag,
  loraTargetsFlag,
  maxTokensFlag,
  modelFlag,
  modulusFlag,
  operationsFlag,
  phrasebookFlag,
  precisionFlag,
  providerFlag,
  saveDtypeFlag,
  scheduleFlag,
  seedFlag,
  setFlag,
  taskFlag,
  threadsFlag,
  trainedFlag,
  trainFlag,
  warmupFlag,
  workersFlag,
} from "./shared-flags.js";

/** Adds `bridge grpo`: a model trained by reinforcement on a problem source. */
export function addGrpo(program: Command): void {
  program
    .command("grpo")
    .summary("train a model by reinforcement")
    .description(
      "Samples groups of completions of problems, scores them by their answers, and trains the model on their advantages (GRPO).",
    )
    .requiredOption(...modelFlag)
    .requiredOption(...trainedFlag)
    .option(...taskFlag)
    .option(...operationsFlag)
    .addOption(
      new Option("--split <name>", "which solution templates").choices(["train", "test", "all"] as const).default("train" as const),
    )
    .option(...phrasebookFlag)
    .option(...modulusFlag)
    .option(...setFlag)
    .option("--steps <number>", "training steps", wholeNumber(1), 100)
    .option("--prompts-per-step <number>", "problems of one step", wholeNumber(1), 8)
    .option("--group-size <number>", "completions of each problem", wholeNumber(2), 8)
    .addOption(
      new Option("--preset <name>", "the objective, as a trainer of the field has it")
        .choices(["trl", "verl", "drGrpo", "dapo", "gspo", "bridgePaper"] as const)
        .default("trl" as const),
    )
    .option("--beta <number>", "weight of the KL term to the first model (default: the preset's)", realNumber())
    .option(...maxTokensFlag)
    .option("--temperature <number>", "of sampling", realNumber(), 1)
    .option(...precisionFlag)
    .option(learningRateFlag[0], learningRateFlag[1], learningRateFlag[2], 1e-4)
    .option(...scheduleFlag)
    .option(...warmupFlag)
    .option(...loraRankFlag)
    .option(...loraAlphaFlag)
    .option(...loraDropoutFlag)
    .option(...loraTargetsFlag)
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
        ["bridge grpo -m models/bridge -o models/bridge-grpo --ops 5-6 --modulus 11 --phrasebook terse", "on problems like those of SFT"],
        ["bridge grpo -m models/bridge -o models/x --ops 5 --preset dapo --group-size 16 --steps 40", "another objective"],
        [
          "bridge grpo -m models/bridge -o models/x --ops 5 --train loss.entropyCoefficient=0.001 --train maxBatches=4",
          "with any field of a config",
        ],
      ]),
    )
    .action(async (flags) => {
      const { grpoCommand } = await import("./grpo-action.js");
      await grpoCommand(flags);
    });
}

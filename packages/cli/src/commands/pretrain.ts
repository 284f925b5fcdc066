import type { Command } from "@commander-js/extra-typings";
import { Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { wholeNumber } from "../internal/parse-flags.js";
import { jsonFlag } from "./shared-flags.js";

/** Adds `bridge pretrain`: a base model from nothing, or from another one. */
export function addPretrain(program: Command): void {
  program
    .command("pretrain")
    .summary("train a small base model, from scratch or from another one")
    .description(
      "Trains a tokenizer and a decoder on fresh problems of a source, easy ones first, as a JSON config says; a baseModel in it is " +
        "trained further, with its own tokenizer or a new one. " +
        "A call that was stopped goes on where it was when the same command is given again.",
    )
    .argument("<config>", "a .json file: model, tokenizer, task, problems, levels, curriculum, mixture, steps, learningRate, evaluation")
    .requiredOption("-o, --output <folder>", "becomes a model folder in Hugging Face layout")
    .option("--threads <number>", "threads of the model", wholeNumber(1), 1)
    .addOption(
      new Option("--storage <type>", "how weights are stored").choices(["float32", "bfloat16"] as const).default("float32" as const),
    )
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([["bridge pretrain pretrain.json --output base", "the model, its tokenizer, its curves and its accuracy"]]),
    )
    .action(async (config, { output, threads, storage, json }) => {
      const { pretrainCommand } = await import("./pretrain-action.js");
      await pretrainCommand(config, { output, threads, storage, json });
    });
}

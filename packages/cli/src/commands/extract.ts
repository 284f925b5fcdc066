import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { wholeNumber } from "../internal/parse-flags.js";
import { inputFlag, outputFlag } from "./shared-flags.js";

/** Adds `bridge extract`: graphs of other people's questions. */
export function addExtract(program: Command): void {
  program
    .command("extract")
    .summary("find the graphs of questions with known answers")
    .description(
      "Reads lines {question, answer, solution?} and writes problem lines, which inject, rollout and evaluate take. Graphs come from a language model " +
        "behind an OpenAI-compatible endpoint, which is told what is wrong until they are sound; or, without --url, from string matching. What finds " +
        "no graph is left out and told on standard error. BRIDGE_LLM_KEY is sent as the key.",
    )
    .option(...inputFlag)
    .option(...outputFlag)
    .option("--url <address>", "the endpoint, such as http://localhost:8000/v1")
    .option("--model <name>", "the model to ask", "default")
    .addOption(
      new Option("--structured-output <kind>", "what the endpoint can be asked for")
        .choices(["json_schema", "json_object", "none"] as const)
        .default("json_schema" as const),
    )
    .option("--repairs <number>", "how often the model is told what is wrong", wholeNumber(), 3)
    .option("--attempts <number>", "tries of a request that fails by itself", wholeNumber(1), 5)
    .option("--timeout <seconds>", "time for one try", wholeNumber(1), 120)
    .option("--collection <name>", "where the questions come from: the beginning of each problem's id", "extracted")
    .addHelpText(
      "after",
      examples([
        ["bridge extract -i gsm8k.jsonl -o problems.jsonl --url http://localhost:8000/v1 --model Qwen/Qwen2.5-32B-Instruct", "by a model"],
        ["bridge extract -i problems.jsonl | bridge inject --arm bridge", "texts of known wording, in a pipe"],
      ]),
    )
    .action(async (flags) => {
      const { extractCommand } = await import("./extract-action.js");
      await extractCommand(flags);
    });
}

import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { numberRange, realNumber, wholeNumber } from "../internal/parse-flags.js";
import { inputFlag, jsonFlag, maxTokensFlag, modelFlag, providerFlag, seedFlag, threadsFlag, workersFlag } from "./shared-flags.js";

/** Adds `bridge evaluate`: how many problems a model solves. */
export function addEvaluate(program: Command): void {
  program
    .command("evaluate")
    .summary("measure how many problems a model solves")
    .description(
      "Reads problem lines and tells the share that is solved, with 95 % intervals, by number of operations, and what a constant answer would get. " +
        "With --tasks it makes the problems itself, of PromptBench's tasks at DyVal's levels of complexity, and writes a table and a page; " +
        "a call that was stopped goes on where it was.",
    )
    .requiredOption(...modelFlag)
    .option(...inputFlag)
    .option("--count <number>", "completions of each problem; several need a temperature", wholeNumber(1), 1)
    .option("--temperature <number>", "0 is greedy", realNumber(), 0)
    .option(...maxTokensFlag)
    .option(...seedFlag)
    .option("--task <name>", "source of the problems (default: the one each line names)")
    .option("--phrasebook <name>", "how answers are read (default: as each line's prompt; with --tasks prose)")
    .option("--tasks <names>", "promptbench for all seven, or some, with commas: promptbench/arithmetic,promptbench/reachability")
    .option("--levels <range>", "with --tasks: levels of complexity, from 1 to 4", numberRange, [1, 4] as const)
    .option("--problems <number>", "with --tasks: problems of each task at each level", wholeNumber(1), 100)
    .option("-o, --output <folder>", "with --tasks: where results and page go (default: evaluations/<model>)")
    .option("--endpoint <url>", "with --tasks: an OpenAI-compatible API that has the model, such as http://localhost:8000/v1")
    .addOption(new Option("--api <kind>", "of the endpoint").choices(["chat", "completions"] as const).default("chat" as const))
    .option("--key-variable <name>", "environment variable that holds the endpoint's key", "OPENAI_API_KEY")
    .option("--concurrency <number>", "requests that are under way at once", wholeNumber(1), 8)
    .option("--retries <number>", "tries after the first, where a request may still succeed", wholeNumber(), 5)
    .option("--timeout <seconds>", "of a request", wholeNumber(1), 120)
    .option(...threadsFlag)
    .option(...workersFlag)
    .option(...providerFlag)
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge evaluate -m models/bridge -i test.jsonl", "greedy"],
        ["bridge evaluate -m models/bridge -i test.jsonl --count 16 --temperature 1 --json", "sampled, with pass@k, for a script"],
        ["bridge evaluate -m models/bridge --tasks promptbench --levels 1-2", "seven tasks, two levels each"],
        [
          "bridge evaluate -m my-model --endpoint http://localhost:8000/v1 --tasks promptbench/arithmetic --max-tokens 2000",
          "a model behind an API",
        ],
      ]),
    )
    .action(async ({ tasks, ...flags }) => {
      if (tasks !== undefined) {
        const { benchmarkCommand } = await import("./benchmark-action.js");
        await benchmarkCommand({ ...flags, tasks });
        return;
      }
      const { evaluateCommand } = await import("./evaluate-action.js");
      await evaluateCommand(flags);
    });
}

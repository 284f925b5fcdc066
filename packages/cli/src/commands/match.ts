import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { gather, wholeNumber } from "../internal/parse-flags.js";
import { jsonFlag, seedFlag } from "./shared-flags.js";

/** Adds `bridge match`: arms of one budget. */
export function addMatch(program: Command): void {
  program
    .command("match")
    .summary("give arms the same budget of steps or tokens, over the same problems")
    .description(
      "Reads demonstration lines of several arms and writes <name>.jsonl for each, to be trained on once, in order: the same problems in the same " +
        "order, copies in turn, until the budget of the reference arm is spent.",
    )
    .requiredOption("-a, --arm <name=file>", "an arm's name and its demonstrations; give several", gather)
    .requiredOption("-o, --output <folder>", "where the files go")
    .addOption(new Option("--by <what>", "what is made equal").choices(["steps", "tokens", "problems"] as const).default("steps" as const))
    .option("--reference <name>", "the arm that sets the budget (default: the first)")
    .option("--passes <number>", "its passes over the problems", wholeNumber(1), 1)
    .option("--tokenizer <model>", "count tokens with the tokenizer of a model (default: characters)")
    .option(...seedFlag)
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        [
          "bridge match -a vanilla=vanilla.jsonl -a bridge=bridge.jsonl -o matched --by tokens --tokenizer @bridge-rl/base-igsm",
          "equal tokens",
        ],
        ["bridge match -a bridge=bridge.jsonl -a pp-aug=pp-aug.jsonl -o matched --passes 4", "equal steps"],
      ]),
    )
    .action(async (flags) => {
      const { matchCommand } = await import("./match-action.js");
      await matchCommand(flags);
    });
}

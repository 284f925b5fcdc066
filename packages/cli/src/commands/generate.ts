import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { shardFlag, wholeNumber } from "../internal/parse-flags.js";
import { modulusFlag, operationsFlag, outputFlag, phrasebookFlag, seedFlag, setFlag, taskFlag } from "./shared-flags.js";

/** Adds `bridge generate`: problems as JSON lines. */
export function addGenerate(program: Command): void {
  program
    .command("generate")
    .summary("make problems")
    .description("Writes problems as JSON lines: {id, source, prompt, graph, answer, difficulty, structureHash, phrasebook}.")
    .option(...taskFlag)
    .option(...operationsFlag)
    .option("--count <number>", "how many problems", wholeNumber(), 10)
    .option("--start <number>", "index of the first problem", wholeNumber(), 0)
    .option("--shard <i/n>", "only the i-th of n equal parts, from 1/n to n/n; together they are the whole, in order", shardFlag)
    .option(...seedFlag)
    .addOption(new Option("--split <name>", "train and test share no solution template").choices(["train", "test", "all"] as const))
    .option(...phrasebookFlag)
    .option(...modulusFlag)
    .option(...setFlag)
    .option(...outputFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge generate --ops 15-20 --count 2000 --seed 7 -o problems.jsonl", "the paper's training problems"],
        ["bridge generate --ops 3 --modulus 23 --phrasebook terse --count 5", "short ones, in few tokens"],
        ["bridge generate --split test --set distractors=[0,2]", "any option of the source"],
        ["bridge generate --count 1000000 --shard 3/8 -o part-3.jsonl", "what the third of eight machines makes; `cat` joins the parts"],
        ["bridge generate --count 2000 | bridge inject --behavior reflection=0.1", "in a pipe, at constant memory"],
      ]),
    )
    .action(async (flags) => {
      const { sourceFromFlags } = await import("./source-from-flags.js");
      const { withLineWriter } = await import("../data/write-lines.js");
      const { AnswerTally, shardRange } = await import("@bridge-rl/sources");
      const source = await sourceFromFlags(flags);
      const whole = { start: flags.start, count: flags.count };
      const answers = new AnswerTally();
      await withLineWriter(flags.output, async (writer) => {
        for (const problem of source.problems(flags.shard === undefined ? whole : shardRange(whole, flags.shard))) {
          answers.add(problem.answer);
          await writer.write({ ...problem, phrasebook: source.phrasebook.name });
        }
      });
      const { count, constant, constantShare, zeroShare } = answers.summary();
      const shares = `always saying ${String(constant)} solves ${percent(constantShare)}, ${percent(zeroShare)} of the answers are 0`;
      process.stderr.write(`${count} problems${count === 0 ? "" : `; ${shares}`}\n`);
    });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

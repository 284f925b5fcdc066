import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { answerShare, gather, levelLengths, nameShares, realNumber, shardFlag, wholeNumber } from "../internal/parse-flags.js";
import { modulusFlag, operationsFlag, outputFlag, phrasebookFlag, seedFlag, setFlag, taskFlag } from "./shared-flags.js";

/** Adds `bridge generate`: problems as JSON lines. */
export function addGenerate(program: Command): void {
  program
    .command("generate")
    .summary("make problems")
    .description(
      `Writes problems as JSON lines: {id, source, prompt, graph, answer, difficulty, structureHash, phrasebook}, and with --mix or --curriculum the
name of their level. Levels are easy, medium, hard, harder, hardest for igsm, D1 to D4 for promptbench, numbers of operations such as 3-5, and
those that --level names. Other flags hold for all levels, whose own options come before them. What --distinct, --except, --thin and
--answer-share leave out is replaced by further problems of the same level, so that --count, weights and levels are met;
where none are found any more, the command fails. Shards are parts of the whole then too, but each draws all that stands before its part.`,
    )
    .option(...taskFlag)
    .option(...operationsFlag)
    .option("--count <number>", "how many problems (default: 10, or all of a curriculum)", wholeNumber())
    .option("--start <number>", "index of the first problem", wholeNumber(), 0)
    .option("--shard <i/n>", "only the i-th of n equal parts, from 1/n to n/n; together they are the whole, in order", shardFlag)
    .option(...seedFlag)
    .addOption(new Option("--split <name>", "train and test share no solution template").choices(["train", "test", "all"] as const))
    .option("--mix <levels>", "draw each problem from one of several levels, by weight: easy=3,hard=1", nameShares)
    .addOption(
      new Option("--curriculum <levels>", "one level after the other, so many problems of each: easy=100,medium=100,hard=50")
        .argParser(levelLengths)
        .conflicts("mix"),
    )
    .option(
      "--level <name=options>",
      'name a level: short=3-5, or bare={"distractors":0} with options of the source; may be repeated',
      gather,
    )
    .option("--distinct", "no two problems with the same solution template")
    .option(
      "--except <data>",
      "leave out what has the solution template of a row of other data: lines of ours, or a dataset's file or folder; may be repeated",
      gather,
    )
    .addOption(
      new Option("--by <what>", "what --distinct and --except compare (default: template)").choices(["template", "prompt"] as const),
    )
    .option("--thin <answer=share>", "keep this share of the problems with an answer, such as 0=0.4; may be repeated", answerShare)
    .option("--answer-share <share>", "no answer is that of more than this share of the problems, such as 0.1", realNumber())
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
        ["bridge generate --mix easy=3,hard=1 --count 1000", "three easy ones for each hard one"],
        ["bridge generate --curriculum warm=100,medium=100,hard=50 --level warm=1-2", "from easy to hard, the first level one's own"],
        [
          "bridge generate --count 500 --seed 8 --distinct --except problems.jsonl -o test.jsonl",
          "test problems of templates that training lacks",
        ],
        ["bridge generate --count 2000 --thin 0=0.4 --answer-share 0.1", "few zeros, and no answer that pays to guess"],
        ["bridge generate --count 2000 | bridge inject --behavior reflection=0.1", "in a pipe, at constant memory"],
      ]),
    )
    .action(async (flags) => {
      const { generateCommand } = await import("./generate-action.js");
      await generateCommand(flags);
    });
}

import { type Command, Option } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { gather, nameShares, wholeNumber } from "../internal/parse-flags.js";
import { inputFlag, outputFlag, seedFlag } from "./shared-flags.js";

/** Adds `bridge inject`: problems in, demonstrations out. */
export function addInject(program: Command): void {
  program
    .command("inject")
    .summary("turn problems into demonstrations, with behaviours injected")
    .description(
      "Reads problem lines and writes demonstration lines: {problem, prompt, completion, spans, answer, operations, structureHash, modulus}, the last where there is one.",
    )
    .option(...inputFlag)
    .option(...outputFlag)
    .option(
      "-b, --behavior <name>",
      "reflection, analysis, subgoal, verification, backtracking, planning, estimation, or a module; with =p its probability, with ={json} its options; may be repeated, applied in order",
      gather,
    )
    .addOption(
      new Option("--arm <name>", "a whole recipe instead")
        .choices(["vanilla", "bridge", "pp-aug", "rc-aug"] as const)
        .conflicts("behavior"),
    )
    .addOption(
      new Option("--mix <arms>", "a recipe drawn for each problem, by shares: vanilla=1,bridge=3")
        .argParser(nameShares)
        .conflicts(["behavior", "arm"]),
    )
    .option("--premise-orders <number>", "prompts of a solution: its own and re-shuffles of the premises", wholeNumber(1))
    .option("--solution-orders <number>", "solutions of a problem: the plain one and random topological orders", wholeNumber(1))
    .option(...seedFlag)
    .option("--task <name>", "source of the problems (default: the one each line names)")
    .option("--phrasebook <name>", "how solutions are worded (default: as each line's prompt)")
    .addHelpText(
      "after",
      examples([
        ["bridge inject -i problems.jsonl -o vanilla.jsonl", "plain solutions"],
        ["bridge inject -i problems.jsonl -o bridge.jsonl --arm bridge", "the paper's method"],
        ["bridge generate --count 2000 | bridge inject -b reflection=0.1 -b analysis=0.1 -b subgoal", "the same, spelled out"],
        ["bridge inject -i problems.jsonl --behavior verification=0.2 -b backtracking='{\"delay\":2}'", "behaviours beyond the paper's"],
        ["bridge inject -i problems.jsonl -b ./backtracking.ts='{\"share\":0.5}'", "a behaviour of your own"],
      ]),
    )
    .action(async (flags) => {
      const { parseBehaviorFlag } = await import("../resolve/resolve-behavior.js");
      const { resolveArm } = await import("../resolve/resolve-arm.js");
      const { createPhrasebookFinder } = await import("../data/phrasebook-of-row.js");
      const { problemRowSchema } = await import("../data/rows.js");
      const { readLines } = await import("../data/read-lines.js");
      const { withLineWriter } = await import("../data/write-lines.js");
      const { demonstrate, pickArm } = await import("@bridge-rl/behaviors");
      const behaviors = (flags.behavior ?? []).map(parseBehaviorFlag);
      const { premiseOrders, solutionOrders } = flags;
      const recipes = flags.mix ?? [[flags.arm ?? { behaviors, premiseOrders, solutionOrders }, 1] as const];
      const parts = await Promise.all(
        recipes.map(async ([recipe, share]) => {
          const made = await resolveArm("inject", recipe, process.cwd());
          const orders = { premiseOrders: premiseOrders ?? made.premiseOrders, solutionOrders: solutionOrders ?? made.solutionOrders };
          return { arm: { ...made, ...orders }, share };
        }),
      );
      const phrasebookOf = createPhrasebookFinder(flags);
      await withLineWriter(flags.output, async (writer) => {
        for await (const { row, place } of readLines(flags.input, problemRowSchema)) {
          const phrasebook = await phrasebookOf(row, place);
          const arm = pickArm(row, parts, flags.seed);
          for (const demonstration of demonstrate(row, phrasebook, arm, flags.seed)) await writer.write(demonstration);
        }
      });
    });
}

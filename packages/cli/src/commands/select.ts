import type { Command } from "@commander-js/extra-typings";
import { InvalidArgumentError } from "commander";
import { examples } from "../internal/help.js";
import { numberRange, wholeNumber } from "../internal/parse-flags.js";
import { inputFlag, outputFlag, seedFlag } from "./shared-flags.js";

/** Adds `bridge select`: rejection sampling. */
export function addSelect(program: Command): void {
  program
    .command("select")
    .summary("keep right rollouts as demonstrations: rejection sampling")
    .description(
      "Reads rollout lines and writes demonstration lines of the model's own right completions, without spans. With --problems it writes those " +
        "problem lines instead whose rollouts are right as often as --right says: the paper's rejection sampling of RL queries.",
    )
    .option(...inputFlag)
    .option(...outputFlag)
    .option("--copies <number>", "the most demonstrations of a problem", wholeNumber(1), 4)
    .option("--right <range>", "only problems with so many right rollouts, such as 1-7", numberRange)
    .option("--reward <number>", "what a right rollout is rewarded with at least", reward, 1)
    .option("--problems <file>", "the problems that were rolled out: choose among them")
    .option(...seedFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge rollout -m models/sft -i problems.jsonl | bridge select -o rejection.jsonl", "an arm of right completions"],
        ["bridge select -i rollouts.jsonl --problems problems.jsonl --right 1-7 -o medium.jsonl", "problems of medium difficulty for GRPO"],
      ]),
    )
    .action(async ({ input, output, copies, right, reward: wanted, problems, seed }) => {
      const { keepsProblem, rejectionSampling } = await import("@bridge-rl/behaviors");
      const { rolloutSampleSchema } = await import("@bridge-rl/report");
      const { problemRowSchema } = await import("../data/rows.js");
      const { readLines } = await import("../data/read-lines.js");
      const { withLineWriter } = await import("../data/write-lines.js");
      const options = { copies, reward: wanted, seed, ...(right === undefined ? {} : { right }) };
      await withLineWriter(output, async (writer) => {
        const kept = new Set<string>();
        for await (const { row } of readLines(input, rolloutSampleSchema)) {
          if (problems !== undefined && keepsProblem(row, options)) kept.add(row.problem);
          if (problems === undefined) {
            const { modulus } = row.graph;
            const group = modulus === undefined ? row : { ...row, modulus };
            for (const demonstration of rejectionSampling(group, options)) await writer.write(demonstration);
          }
        }
        if (problems === undefined) return;
        for await (const { row } of readLines(problems, problemRowSchema)) if (kept.has(row.id)) await writer.write(row);
      });
    });
}

function reward(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("It has to be a number.");
  return number;
}

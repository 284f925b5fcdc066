import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { gather, wholeNumber } from "../internal/parse-flags.js";
import { jsonFlag } from "./shared-flags.js";

/** Adds `bridge run`: a whole experiment. */
export function addRun(program: Command): void {
  program
    .command("run")
    .summary("run a whole experiment and write its report")
    .description(
      "Runs the pipeline of a config: for each arm and seed demonstrations, SFT, evaluation, rollouts, influence, GRPO; then the report. " +
        "A run that was stopped goes on where it was when the same command is given again.",
    )
    .argument("<config>", "a .ts, .js or .mjs file whose default export is definePipeline({…}), or a .json file")
    .option("--set <path=value>", "changes a value of the config, for example sft.epochs=2; may be repeated", gather, [])
    .option("-d, --directory <folder>", "where the run's files go (default: the config's, else runs/<name>)")
    .option("--parallel <number>", "arms that run at once, in a process each (default: as many as there are cores)", wholeNumber(1))
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge run quickstart.config.ts", "everything as the config says"],
        ["bridge run quickstart.config.ts --set seeds=[1,2,3] -d runs/three-seeds", "three seeds, in a folder of their own"],
        ["bridge run quickstart.config.ts --parallel 1", "one arm after the other"],
      ]),
    )
    .action(async (config, flags) => {
      const { runCommand } = await import("./run-action.js");
      await runCommand(config, flags);
    });
}

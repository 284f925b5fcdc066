import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { jsonFlag } from "./shared-flags.js";

/** Adds `bridge readiness`: did what was measured before GRPO foretell what it gained? */
export function addReadiness(program: Command): void {
  program
    .command("readiness")
    .summary("compare what was known before GRPO with what it then gained, over finished runs")
    .description(
      "Reads run directories, takes every arm and seed that was evaluated after SFT and after GRPO, and tells how well influence, accuracy, " +
        "pass@N, the mean of √(α(1−α)) and the gradient norm rank their gains (Spearman). A few runs tell nothing; fewer than three models give no number.",
    )
    .argument("<runs...>", "directories of finished runs")
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge readiness runs/three-seeds", "every arm and seed of a run"],
        ["bridge readiness runs/* --json > readiness.json", "all runs, for a script"],
      ]),
    )
    .action(async (runs, flags) => {
      const { readinessCommand } = await import("./readiness-action.js");
      await readinessCommand(runs, flags);
    });
}

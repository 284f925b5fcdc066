import { createRequire } from "node:module";
import { Command } from "@commander-js/extra-typings";
import { addCheck } from "./commands/check.js";
import { addDownload } from "./commands/download.js";
import { addEvaluate } from "./commands/evaluate.js";
import { addExport } from "./commands/export.js";
import { addExtract } from "./commands/extract.js";
import { addGenerate } from "./commands/generate.js";
import { addGrpo } from "./commands/grpo.js";
import { addImport } from "./commands/import.js";
import { addInfluence } from "./commands/influence.js";
import { addInject } from "./commands/inject.js";
import { addLogprobs } from "./commands/logprobs.js";
import { addMatch } from "./commands/match.js";
import { addPlan } from "./commands/plan.js";
import { addPretrain } from "./commands/pretrain.js";
import { addReadiness } from "./commands/readiness.js";
import { addReport } from "./commands/report.js";
import { addRollout } from "./commands/rollout.js";
import { addRun } from "./commands/run.js";
import { addSelect } from "./commands/select.js";
import { addSft } from "./commands/sft.js";
import { addSolve } from "./commands/solve.js";
import { addStats } from "./commands/stats.js";
import { examples, exitCodeHelp } from "./internal/help.js";

/** In the order of the work. */
const adders = [
  addDownload,
  addGenerate,
  addExtract,
  addInject,
  addSelect,
  addMatch,
  addExport,
  addImport,
  addStats,
  addSolve,
  addCheck,
  addPretrain,
  addPlan,
  addSft,
  addGrpo,
  addRollout,
  addEvaluate,
  addLogprobs,
  addInfluence,
  addReadiness,
  addReport,
  addRun,
];

/** The `bridge` command with all its subcommands. Nothing heavy is imported before one of them runs. */
export function createProgram(): Command {
  const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
  const program = new Command("bridge")
    .description("Makes language models ready for reinforcement learning: BRIDGE (arXiv 2505.18917).")
    .version(version)
    .showHelpAfterError("(add --help for the flags and examples)")
    .exitOverride()
    .addHelpText(
      "after",
      `${examples([
        ["bridge run quickstart.config.ts", "a whole experiment: SFT, GRPO, influence, report"],
        [
          "bridge generate --ops 15-20 --count 2000 --seed 7 | bridge inject --behavior reflection=0.1 > demonstrations.jsonl",
          "data alone",
        ],
        ["bridge grpo --help", "flags and examples of one command"],
      ])}\n${exitCodeHelp}`,
    );
  for (const add of adders) add(program);
  return program;
}

import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { jsonFlag } from "./shared-flags.js";

/** Adds `bridge report`: a run directory in, one HTML page out. */
export function addReport(program: Command): void {
  program
    .command("report")
    .summary("write the report of a run directory")
    .description("Writes one self-contained HTML page from the files of a run, finished or not.")
    .argument("<run>", "the run's directory, for example runs/quickstart")
    .option("-o, --output <file>", "where the page goes (default: report.html in the run's directory)")
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge report runs/quickstart", "the page again, after the run"],
        ["bridge report runs/quickstart -o result.html", "somewhere else"],
        ["bridge report runs/quickstart --json", "the summary for a script, with the page's path"],
      ]),
    )
    .action(async (run, { output, json }) => {
      const { readRun, summarizeEvaluations, writeReport } = await import("@bridge-rl/report");
      const report = await writeReport(run, output === undefined ? {} : { output });
      const { arms, file } = await readRun(run);
      const result = { name: file.name, ...summarizeEvaluations(arms), report };
      process.stdout.write(json ? `${JSON.stringify(result, undefined, 2)}\n` : `report: ${report}\n`);
    });
}

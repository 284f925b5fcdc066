import type { Command } from "@commander-js/extra-typings";
import { examples } from "../internal/help.js";
import { wholeNumber } from "../internal/parse-flags.js";
import { jsonFlag } from "./shared-flags.js";

/** Adds `bridge report`: run directories in, one HTML page out. */
export function addReport(program: Command): void {
  program
    .command("report")
    .summary("write the report of a run's directory, or of several side by side")
    .description("Writes one self-contained HTML page from the files of runs, finished or not.")
    .argument("<runs...>", "directories of runs, for example runs/quickstart")
    .option("-o, --output <file>", "where the page goes (default: report.html in the first run's directory)")
    .option("--watch", "write the page again whenever the run's files change, until interrupted; an open page loads itself again")
    .option("--interval <seconds>", "between two looks at the files", wholeNumber(1), 5)
    .option(...jsonFlag)
    .addHelpText(
      "after",
      examples([
        ["bridge report runs/quickstart", "the page again, after the run"],
        ["bridge report runs/quickstart -o result.html", "somewhere else"],
        ["bridge report runs/small runs/large -o both.html", "two runs side by side, arm by arm"],
        ["bridge report runs/quickstart --watch", "follow a run that is under way"],
        ["bridge report runs/quickstart --json", "the summary for a script, with the page's path"],
      ]),
    )
    .action(async (runs, flags) => {
      const { reportCommand } = await import("./report-action.js");
      await reportCommand(runs, flags);
    });
}

import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mergeRuns } from "./merge-runs.js";
import { readRun } from "./read-run.js";
import { renderReport } from "./render-report.js";

export interface WriteReportOptions {
  /** Where the page goes. @defaultValue `report.html` in the run directory */
  readonly output?: string;
  /** Seconds after which an open page loads itself again, for a run that is under way. @defaultValue never */
  readonly refreshSeconds?: number;
}

/**
 * Writes a run directory's report, or one of several runs side by side, and returns its path. The file appears complete or not at all.
 *
 * @throws BridgeError `missing-file`, `invalid-file` as `readRun` does
 */
export async function writeReport(runDirectories: string | readonly string[], options: WriteReportOptions = {}): Promise<string> {
  const directories = typeof runDirectories === "string" ? [runDirectories] : runDirectories;
  const { output = join(directories[0] ?? ".", "report.html"), ...rest } = options;
  const page = await renderReport(mergeRuns(await Promise.all(directories.map(readRun))), rest);
  const aside = `${output}.${process.pid}.tmp`;
  try {
    await writeFile(aside, page);
    await rename(aside, output);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  return output;
}

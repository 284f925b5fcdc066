import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readRun } from "./read-run.js";
import { renderReport } from "./render-report.js";

export interface WriteReportOptions {
  /** Where the page goes. @defaultValue `report.html` in the run directory */
  readonly output?: string;
}

/**
 * Writes a run directory's report and returns its path. The file appears complete or not at all.
 *
 * @throws BridgeError `missing-file`, `invalid-file` as `readRun` does
 */
export async function writeReport(runDirectory: string, options: WriteReportOptions = {}): Promise<string> {
  const { output = join(runDirectory, "report.html") } = options;
  const page = await renderReport(await readRun(runDirectory));
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

import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import { lockDirectory } from "@bridge-rl/training";
import { benchmarkPage } from "../benchmark/benchmark-page.js";
import { makeCells } from "../benchmark/cells.js";
import { accuracyByCell, type CellAccuracy, openResults } from "../benchmark/results.js";
import { benchmarkEndpoint, benchmarkModel } from "../benchmark/run-benchmark.js";
import { ChecksFailed } from "../internal/checks-failed.js";
import { commandLine } from "../internal/command-line.js";
import { watchInterruption } from "../internal/interruption.js";
import { writeAside, writeJson } from "../internal/write-aside.js";
import { createProgressDisplay } from "../terminal/progress-display.js";
import { table } from "../terminal/table.js";
import { withModel } from "./with-model.js";

/** What the flags of `bridge evaluate --tasks` come to. */
export interface BenchmarkFlags {
  readonly model: string;
  readonly tasks: string;
  readonly levels: readonly [number, number];
  readonly problems: number;
  readonly output?: string | undefined;
  readonly phrasebook?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly api: "chat" | "completions";
  readonly keyVariable: string;
  readonly concurrency: number;
  readonly retries: number;
  readonly timeout: number;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly threads: number;
  readonly json?: true | undefined;
}

/**
 * Evaluates a model on tasks × levels, prints a table, and writes results, numbers and a page into a folder.
 *
 * @throws ChecksFailed where questions got no completion; the same command asks them again
 */
export async function benchmarkCommand(flags: BenchmarkFlags): Promise<void> {
  const { model, tasks, levels, problems: count, endpoint, api, temperature, maxTokens, seed, phrasebook = "prose" } = flags;
  const cells = makeCells({ tasks: tasks.split(","), levels, seed, phrasebook });
  if (cells.length === 0) throw new BridgeError("invalid-option", "no level is left; DyVal has the levels 1 to 4");
  const folder = flags.output ?? `evaluations/${model.replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "")}`;
  const lock = lockDirectory(folder);
  let failures: readonly string[] = [];
  try {
    // More tasks, levels and problems may be asked later; other answers than these would not be comparable.
    const asked = { model, phrasebook, temperature, maxTokens, seed };
    const store = await openResults(folder, endpoint === undefined ? asked : { ...asked, endpoint, api });
    const common = { cells, count, store };
    if (endpoint === undefined) {
      await withModel(flags, (tools) => benchmarkModel({ ...common, ...tools }, tools.model, { maxTokens, temperature, seed }));
    } else failures = await withEndpoint(flags, endpoint, common);
    const accuracies = accuracyByCell(cells, store.results);
    await writeJson(join(folder, "accuracy.json"), accuracies);
    const command = commandLine(process.argv.slice(2));
    await writeAside(join(folder, "report.html"), benchmarkPage(accuracies, { model, command }));
    const shown = flags.json
      ? JSON.stringify({ folder, failed: failures.length, cells: accuracies }, undefined, 2)
      : `${accuracyTable(accuracies)}\nreport: ${join(folder, "report.html")}`;
    process.stdout.write(`${shown}\n`);
  } finally {
    lock.release();
  }
  if (failures.length > 0) {
    throw new ChecksFailed(
      `${failures.length} problems got no completion, the first because ${failures[0]}; give the same command to ask them again`,
    );
  }
}

async function withEndpoint(
  { model, api, keyVariable, concurrency, retries, timeout, temperature, maxTokens }: BenchmarkFlags,
  url: string,
  common: Omit<Parameters<typeof benchmarkEndpoint>[0], "progress" | "signal">,
): Promise<string[]> {
  const display = createProgressDisplay();
  const interruption = watchInterruption(() => display.say("Stopping; what was answered is kept."));
  const key = process.env[keyVariable];
  try {
    const asked = { url, model, api, key, maxTokens, temperature, timeout, retries };
    return await benchmarkEndpoint({ ...common, progress: display.job(""), signal: interruption.signal }, asked, concurrency);
  } catch (error) {
    display.close();
    throw interruption.explain(error, commandLine(process.argv.slice(2)));
  } finally {
    display.close();
    interruption.dispose();
  }
}

function accuracyTable(accuracies: readonly CellAccuracy[]): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  const rows = accuracies.map(({ task, level, accuracy, interval: [low, high], count, constantAnswer, truncated }) => [
    task,
    String(level),
    `${percent(accuracy)} %`,
    `${percent(low)}–${percent(high)} %`,
    `${percent(constantAnswer)} %`,
    String(truncated),
    String(count),
  ]);
  return table(["task", "level", "solved", "95 % interval", "constant answer", "cut off", "problems"], rows);
}

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BridgeError } from "@bridge-rl/spec";
import { readRun } from "./read-run.js";
import { type WriteReportOptions, writeReport } from "./write-report.js";

export interface WatchReportOptions extends WriteReportOptions {
  /** Seconds between two looks at the files. @defaultValue 5 */
  readonly interval?: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** Called after each page that was written. */
  readonly onWrite?: (path: string) => void;
  /** Called where the files could not be read just now, as while one is being replaced; the watch goes on. */
  readonly onProblem?: (error: BridgeError) => void;
}

/**
 * Writes a run's report again whenever its files have changed, until it is told to stop. Pages made this way load themselves again.
 *
 * @throws BridgeError `missing-file`, `invalid-file` where the run can't be read at the start
 */
export async function watchReport(runDirectory: string, options: WatchReportOptions): Promise<void> {
  const { interval = 5, signal, onWrite, onProblem, ...rest } = options;
  let seen = "";
  for (let round = 0; !signal.aborted; round++) {
    const now = await stateOf(runDirectory);
    if (now !== seen) {
      try {
        onWrite?.(await writeReport(runDirectory, { ...rest, refreshSeconds: interval }));
        seen = now;
      } catch (error) {
        if (round === 0 || !BridgeError.isInstance(error)) throw error;
        onProblem?.(error);
      }
    }
    await sleep(1000 * interval, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

/** Sizes and times of the files that a report is made of. */
async function stateOf(runDirectory: string): Promise<string> {
  const { file } = await readRun(runDirectory).catch((error: unknown) => {
    if (BridgeError.isInstance(error)) return { file: undefined };
    throw error;
  });
  const names = [
    "run.json",
    "summary.json",
    ...(file?.arms ?? []).flatMap(({ directory }) => armFiles.map((name) => join(directory, name))),
  ];
  const states = await Promise.all(
    names.map(async (name) =>
      stat(join(runDirectory, name)).then(
        ({ size, mtimeMs }) => `${name} ${size} ${mtimeMs}`,
        () => `${name} is not there`,
      ),
    ),
  );
  return states.join("\n");
}

const armFiles = [
  "events.jsonl",
  "evaluations.json",
  ...["base", "sft", "grpo"].flatMap((stage) => [`samples/rollouts-${stage}.jsonl`, `influence-${stage}.json`]),
];

import { join } from "node:path";
import type { Tracker, TrackerPosition } from "@bridge-rl/spec";
import { readJsonIfThere } from "../internal/read-json.js";
import { writeJson } from "../internal/write-aside.js";
import type { TimeSpan } from "./timings.js";

/** Remembers which stages of an arm are finished, and what came of them. */
export interface StageLog {
  /**
   * Runs a stage and keeps its result, or gives the result of an earlier process that finished it. The result has to be plain JSON.
   *
   * @param resumes  whether the stage finds its own way back after it was interrupted, the tracker included
   */
  run<Result>(name: string, body: () => Promise<Result>, options?: { resumes?: () => boolean }): Promise<Result>;
}

interface StageRecord {
  readonly result: unknown;
  /** Where the arm's events stood when the stage was done. */
  readonly position: TrackerPosition;
}

/**
 * Keeps one file for each finished stage: `stages/<name>.json`, written aside and renamed.
 *
 * Before a stage begins (again), the tracker goes back to where the last finished stage left it, so a stage that was killed in
 * between leaves no events behind.
 */
export function createStageLog(directory: string, tracker: Tracker, onStage: (name: string, span: TimeSpan) => Promise<void>): StageLog {
  let position: TrackerPosition | undefined;
  return {
    async run<Result>(name: string, body: () => Promise<Result>, options: { resumes?: () => boolean } = {}) {
      const path = join(directory, "stages", `${name}.json`);
      const finished = (await readJsonIfThere(path)) as StageRecord | undefined;
      if (finished !== undefined) {
        position = finished.position;
        return finished.result as Result;
      }
      position ??= startOf(tracker.position());
      if (!options.resumes?.()) await tracker.rewind(position);
      const start = Date.now() / 1000;
      const result = await body();
      await tracker.flush();
      position = tracker.position();
      await onStage(name, [start, Date.now() / 1000]);
      await writeJson(path, { result, position } satisfies StageRecord);
      return result;
    },
  };
}

/** The beginning of whatever a position is one in: 0, for each tracker of a fan-out. */
function startOf(position: TrackerPosition): TrackerPosition {
  return typeof position === "number" ? 0 : position.map(startOf);
}

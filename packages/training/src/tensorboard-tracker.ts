import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BridgeError, type Tracker, type TrackerPosition } from "@bridge-rl/spec";
import { appendBytes } from "./internal/append-bytes.js";
import { eventRecord, lengthOfWholeRecords, versionRecord } from "./internal/tensorboard-event.js";

export interface TensorboardTrackerOptions {
  /** The time of an event in milliseconds since 1970: `Date.now`, for TensorBoard's relative time. @defaultValue always 0, so that the same run gives the same bytes */
  readonly now?: () => number;
  /** Names a scalar. @defaultValue `<phase>/<metric>` */
  readonly tag?: (phase: string, metric: string) => string;
}

/** A tracker that holds a file open. */
export interface TensorboardTracker extends Tracker {
  readonly path: string;
  /** Flushes and lets go of the file. */
  close(): Promise<void>;
}

/**
 * Writes events for TensorBoard into a directory: `tensorboard --logdir <directory>`. Metrics are scalars in float32; what is null or not
 * finite is left out. A record that a crash left unfinished is cut off when the file is opened. The position is the file's length in bytes.
 */
export function createTensorboardTracker(directory: string, options: TensorboardTrackerOptions = {}): TensorboardTracker {
  const { now = () => 0, tag = (phase, metric) => `${phase}/${metric}` } = options;
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "events.out.tfevents.0000000000.bridge-rl");
  const file = openSync(path, "a+");
  let length = lengthOfWholeRecords(readFileSync(path));
  ftruncateSync(file, length);
  const write = (bytes: Buffer): void => {
    appendBytes(file, bytes, path);
    length += bytes.length;
  };
  if (length === 0) write(versionRecord(now() / 1000));
  const beginning = versionRecord(0).length;
  return {
    path,
    log({ phase, step, metrics }) {
      const scalars = Object.entries(metrics).flatMap(([name, value]): (readonly [string, number])[] =>
        value === null || !Number.isFinite(value) ? [] : [[tag(phase, name), value]],
      );
      if (scalars.length > 0) write(eventRecord({ time: now() / 1000, step, scalars }));
    },
    async flush() {
      fsyncSync(file);
    },
    position: () => length,
    async rewind(position: TrackerPosition) {
      // 0 is the beginning of any tracker; the version stays.
      const wanted = position === 0 ? beginning : position;
      if (typeof wanted !== "number" || wanted < beginning || wanted > length) {
        throw new BridgeError(
          "invalid-input",
          `${path} has ${length} bytes and can't go back to ${JSON.stringify(position)}; it is not the file this run wrote, or it lost its end`,
        );
      }
      ftruncateSync(file, wanted);
      length = wanted;
    },
    async close() {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

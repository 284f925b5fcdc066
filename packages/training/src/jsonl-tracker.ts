import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { BridgeError, type RunEvent, type Tracker, type TrackerPosition } from "@bridge-rl/spec";
import { appendBytes } from "./internal/append-bytes.js";

/** A tracker that holds a file open. */
export interface JsonlTracker extends Tracker {
  /** Flushes and lets go of the file. */
  close(): Promise<void>;
}

/**
 * Appends events to a file, one JSON object a line: `{"phase":"grpo","step":12,"metrics":{"reward":0.42}}`.
 *
 * Numbers are written with as many digits as it takes to read the same number again; what is not finite becomes `null`.
 * A line is in the file as soon as `log` returns, and on the disk once `flush` resolves. A line that a crash left unfinished is cut off
 * when the file is opened. The position is the file's length in bytes.
 */
export function createJsonlTracker(path: string): JsonlTracker {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a+");
  let length = lengthOfWholeLines(file);
  ftruncateSync(file, length);
  return {
    log(event) {
      const line = Buffer.from(`${serialiseEvent(event)}\n`);
      appendBytes(file, line, path);
      length += line.length;
    },
    async flush() {
      fsyncSync(file);
    },
    position: () => length,
    async rewind(position: TrackerPosition) {
      if (typeof position !== "number" || position < 0 || position > length) {
        throw new BridgeError(
          "invalid-input",
          `${path} has ${length} bytes and can't go back to ${JSON.stringify(position)}; it is not the file this run wrote, or it lost its end`,
        );
      }
      ftruncateSync(file, position);
      length = position;
    },
    async close() {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

/** One event as a line of `events.jsonl`, without the line break. */
export function serialiseEvent({ phase, step, metrics }: RunEvent): string {
  const fields = Object.entries(metrics).map(([name, value]) => `${JSON.stringify(name)}:${serialiseNumber(value)}`);
  return `{"phase":${JSON.stringify(phase)},"step":${step},"metrics":{${fields.join(",")}}}`;
}

function serialiseNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "null";
  return Object.is(value, -0) ? "-0" : String(value);
}

function lengthOfWholeLines(file: number): number {
  const chunk = Buffer.alloc(64 * 1024);
  for (let end = fstatSync(file).size; end > 0; ) {
    const start = Math.max(0, end - chunk.length);
    const read = readSync(file, chunk, 0, end - start, start);
    const lineBreak = chunk.subarray(0, read).lastIndexOf(0x0a);
    if (lineBreak >= 0) return start + lineBreak + 1;
    end = start;
  }
  return 0;
}

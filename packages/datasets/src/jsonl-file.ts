import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { BridgeError } from "@bridge-rl/spec";
import type { FileRow } from "./column.js";
import { writeAside } from "./internal/write-aside.js";

/** Characters that are joined before they are written. */
const chunkSize = 1 << 18;

/** Writes rows as JSON lines. The file is written aside and renamed. @returns the number of rows */
export async function writeJsonLines(path: string, rows: AsyncIterable<FileRow> | Iterable<FileRow>): Promise<number> {
  return writeAside(path, async (file) => {
    let pending = "";
    let count = 0;
    for await (const row of rows) {
      pending += `${JSON.stringify(row)}\n`;
      count++;
      if (pending.length < chunkSize) continue;
      await file.write(pending);
      pending = "";
    }
    await file.write(pending);
    return count;
  });
}

/**
 * Reads JSON lines one at a time; empty ones are skipped.
 *
 * @throws BridgeError `missing-file`; `invalid-file` with file and line number where a line is no JSON object
 */
export async function* readJsonLines(path: string): AsyncGenerator<{ readonly row: FileRow; readonly place: string }> {
  await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new BridgeError("missing-file", `${path} can't be opened (${error.code}); pass a file of JSON lines`, { cause: error });
  });
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() !== "") yield { row: parse(line, `${path}, line ${number}`), place: `${path}, line ${number}` };
  }
}

function parse(line: string, place: string): FileRow {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    throw new BridgeError("invalid-file", `${place} is not JSON: each line has to be one JSON object`, { cause: error });
  }
  if (typeof row === "object" && row !== null && !Array.isArray(row)) return row as FileRow;
  throw new BridgeError("invalid-file", `${place} is JSON, but no object`);
}

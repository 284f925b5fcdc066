import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { BridgeError } from "@bridge-rl/spec";
import { type ZodType, z } from "zod";

/** One parsed line and where it stood. */
export interface Line<Row> {
  readonly row: Row;
  /** `problems.jsonl:12`, for messages. */
  readonly place: string;
}

/**
 * Reads JSON lines one at a time, so memory does not grow with the file. Empty lines are skipped.
 *
 * @param path  a file, or `-` for standard input
 * @throws BridgeError `missing-file`; `invalid-file` with file and line number where a line is not JSON or does not fit the schema
 */
export async function* readLines<Row>(path: string, schema: ZodType<Row>): AsyncGenerator<Line<Row>> {
  const name = path === "-" ? "standard input" : path;
  if (path !== "-") await assertFile(path);
  const lines = createInterface({ input: path === "-" ? process.stdin : createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const text of lines) {
    number++;
    if (text.trim() !== "") yield { row: parseLine(text, `${name}, line ${number}`, schema), place: `${name}, line ${number}` };
  }
}

function parseLine<Row>(text: string, place: string, schema: ZodType<Row>): Row {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BridgeError("invalid-file", `${place} is not JSON (${shorten(text)}): each line has to be one JSON object`, { cause: error });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const reasons = z.prettifyError(result.error).replaceAll("\n", " ");
  throw new BridgeError("invalid-file", `${place} is not what this command reads: ${reasons}`);
}

/** @throws BridgeError `missing-file`, `invalid-file` for a folder */
export async function assertFile(path: string): Promise<void> {
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new BridgeError("missing-file", `${path} can't be opened (${error.code}); pass a JSONL file, or - for standard input`, {
      cause: error,
    });
  });
  if (entry.isDirectory()) throw new BridgeError("invalid-file", `${path} is a folder; pass a JSONL file, or - for standard input`);
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { BridgeError } from "@bridge-rl/spec";
import { assertFile } from "./read-lines.js";

/** A line whose fields nobody promised. */
export interface TextRow {
  /** Counted from 1; the row in Parquet. */
  readonly line: number;
  /** The line's object, or why it is none. */
  readonly row: Readonly<Record<string, unknown>> | BridgeError;
}

/**
 * Reads JSON lines or Parquet of any shape one row at a time; a line that is no JSON object comes as an error in its place. Empty lines are
 * skipped.
 *
 * @param path  a file, or `-` for JSON lines on standard input
 * @throws BridgeError `missing-file`; `invalid-file` for what is no Parquet
 */
export async function* readTextRows(path: string): AsyncGenerator<TextRow> {
  if (path !== "-") await assertFile(path);
  if (path.endsWith(".parquet")) {
    const { readParquet } = await import("@bridge-rl/datasets");
    let row = 0;
    for await (const columns of readParquet(path)) yield { line: ++row, row: withoutBigints(columns) };
    return;
  }
  const lines = createInterface({ input: path === "-" ? process.stdin : createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() !== "") yield { line, row: parseRow(text) };
  }
}

/** Parquet's 64-bit integers as numbers, as JSON has them. */
function withoutBigints(columns: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, value]) => {
      if (typeof value === "bigint") return [name, Number(value)];
      return [name, isObject(value) ? withoutBigints(value) : value];
    }),
  );
}

function parseRow(text: string): TextRow["row"] {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return Object.fromEntries(Object.entries(json));
    return new BridgeError("invalid-file", "the line is JSON, but no object");
  } catch (cause) {
    return new BridgeError("invalid-file", `the line is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Where problems stand in rows by other hands, in order of preference: `input` first where `problem` is an id, as in OpenRLHF files of ours. */
export const problemFields: readonly string[] = ["question", "prompt", "query", "input", "problem", "text", "messages"];

/** Where solutions stand. */
export const solutionFields: readonly string[] = ["solution", "completion", "response", "output", "generation", "messages"];

/**
 * The text of the first field that has one: a string, or the last message of a conversation that is `from` the given role.
 *
 * @throws BridgeError `invalid-input` where none has
 */
export function textOf(row: Readonly<Record<string, unknown>>, fields: readonly string[], role: "user" | "assistant"): string {
  for (const field of fields) {
    const text = contentOf(row[field], role);
    if (text !== undefined) return text;
  }
  throw new BridgeError("invalid-input", `the row has no text in ${fields.join(", ")}; name its field by a flag`);
}

/** Whether one of the fields has a text. */
export function hasText(row: Readonly<Record<string, unknown>>, fields: readonly string[], role: "user" | "assistant"): boolean {
  return fields.some((field) => contentOf(row[field], role) !== undefined);
}

function contentOf(value: unknown, role: string): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const message: unknown = value.findLast((entry) => isObject(entry) && entry.role === role);
  return isObject(message) && typeof message.content === "string" ? message.content : undefined;
}

/** The modulus that a row names: its own, or that of a graph it carries, or what verl keeps aside. */
export function modulusOf({ modulus, graph, extra_info }: Readonly<Record<string, unknown>>): number | undefined {
  const named = [modulus, ...[graph, extra_info].map((aside) => (isObject(aside) ? aside.modulus : undefined))];
  return named.find((value) => typeof value === "number");
}

/** What a row says is asked for, in the field in which rows of a task do. */
export function queryOf(row: Readonly<Record<string, unknown>>, { queryField }: { readonly queryField?: string }): string | undefined {
  const query = queryField === undefined ? undefined : row[queryField];
  return typeof query === "string" ? query : undefined;
}

/** What tells a row from others, to be repeated in what is said of it. */
export function identityOf(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = ["id", "row", "case", "problem"];
  return Object.fromEntries(
    names
      .filter((name) => typeof row[name] === "number" || (typeof row[name] === "string" && row[name].length <= 200))
      .map((name) => [name, row[name]]),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

import { BridgeError } from "@bridge-rl/spec";
import type { z } from "zod";

const remedy = "run the stage that wrote it again, or delete the file to leave its part out of the report";

/** Parses a JSON file and checks its format. @throws BridgeError `invalid-file` */
export function parseJson<T>(text: string, path: string, schema: z.ZodType<T>): T {
  return check(parse(text, path), path, schema);
}

/**
 * Parses a file of one JSON value a line.
 *
 * @param tornLine  `drop-torn-line` forgives a last line without a line break that is no JSON: its writer was interrupted
 * @throws BridgeError `invalid-file` with the line
 */
export function parseJsonLines<T>(
  text: string,
  path: string,
  schema: z.ZodType<T>,
  tornLine: "drop-torn-line" | "refuse" = "refuse",
): { rows: T[]; torn: boolean } {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const rows = lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    const place = `${path}, line ${index + 1}`;
    return [check(parse(line, place), place, schema)];
  });
  if (last.trim() === "") return { rows, torn: false };
  if (tornLine === "drop-torn-line" && !isJson(last)) return { rows, torn: true };
  const place = `${path}, line ${lines.length + 1}`;
  rows.push(check(parse(last, place), place, schema));
  return { rows, torn: false };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError("invalid-file", `${place} is not JSON (${reason}); ${remedy}`, { cause });
  }
}

function check<T>(value: unknown, place: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const reasons = result.error.issues.slice(0, 3).map((issue) => {
    const path = issue.path.map(String).join(".");
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  const more = result.error.issues.length - reasons.length;
  throw new BridgeError(
    "invalid-file",
    `${place} does not fit the format of run files: ${reasons.join("; ")}${more > 0 ? `; and ${more} more` : ""}; ${remedy}`,
  );
}

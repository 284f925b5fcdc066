import { readFile } from "node:fs/promises";
import { BridgeError } from "@bridge-rl/spec";

/** Reads a JSON file that holds an object. @throws BridgeError `missing-file`, `invalid-file` */
export async function readJson(path: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new BridgeError("missing-file", `${path} cannot be read; check the path`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BridgeError("invalid-file", `${path} is not JSON`, { cause });
  }
  if (!isRecord(value)) throw new BridgeError("invalid-file", `${path} holds ${text.slice(0, 40)}, expected an object`);
  return value;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

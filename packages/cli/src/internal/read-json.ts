import { readFile } from "node:fs/promises";
import { BridgeError } from "@bridge-rl/spec";

/**
 * Reads a JSON file; undefined where there is none.
 *
 * @throws BridgeError `invalid-file` where it is not JSON
 */
export async function readJsonIfThere(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BridgeError("invalid-file", `${path} is not JSON; remove it, and what it stands for is done again`, { cause: error });
  }
}

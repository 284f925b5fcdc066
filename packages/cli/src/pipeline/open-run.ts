import { join } from "node:path";
import type { RunFile } from "@bridge-rl/report";
import { BridgeError } from "@bridge-rl/spec";
import { differences } from "../internal/differences.js";
import { readJsonIfThere } from "../internal/read-json.js";
import { writeJson } from "../internal/write-aside.js";

/**
 * Writes `run.json`, or finds the one of an earlier start of the same run.
 *
 * @returns whether the directory already held this run
 * @throws BridgeError `run-conflict` where it holds another one, with what differs
 */
export async function openRun(directory: string, file: RunFile): Promise<boolean> {
  const path = join(directory, "run.json");
  const before = await readJsonIfThere(path);
  if (before === undefined) {
    await writeJson(path, file);
    return false;
  }
  const found = differences(identityOf(before as RunFile), identityOf(file));
  if (found.length === 0) return true;
  throw new BridgeError(
    "run-conflict",
    `${directory} holds a run with another config: ${found.slice(0, 5).join("; ")}${found.length > 5 ? `; and ${found.length - 5} more` : ""}. ` +
      "Set these back to resume it, pass another --directory, or remove the folder to start anew",
  );
}

/** What makes two runs the same: not the command that started them, and not the versions, which a resumed run may have updated. */
function identityOf({ name, task, config, arms }: RunFile): Readonly<Record<string, unknown>> {
  return { name, task, config, arms: arms.map((arm) => arm.directory) };
}

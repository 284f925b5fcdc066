import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** When a run is interrupted, and how. */
export interface Interruption {
  /** Lines it has printed by then. */
  readonly afterLines: number;
  /** Milliseconds to wait after them. */
  readonly delay: number;
  readonly signal: NodeJS.Signals;
}

/** Runs a training script until it ends, or until it has printed some lines; then it gets the signal. */
export function runScript(
  script: string,
  directory: string,
  stop?: Interruption,
): Promise<{ readonly code: number | null; readonly errors: string; readonly lines: number }> {
  const child = spawn(process.execPath, ["--conditions=@bridge-rl/source", "--import", "tsx", script, directory]);
  let [lines, errors, stopping] = [0, "", false];
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  child.stdout.on("data", (data: Buffer) => {
    lines += data.toString().split("\n").length - 1;
    if (stop === undefined || stopping || lines < stop.afterLines) return;
    stopping = true;
    setTimeout(() => child.kill(stop.signal), stop.delay);
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, errors, lines })));
}

/** Every file below a directory with its bytes, as text that tells them apart. */
export function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).map((name) => join(directory, name));
  return Object.fromEntries(
    files
      .filter((path) => statSync(path).isFile())
      .sort()
      .map((path) => [relative(directory, path), readFileSync(path, "latin1")]),
  );
}

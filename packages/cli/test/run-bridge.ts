import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** The sources; `npm test`, which has built before, sets BRIDGE_TEST_BUILT to test what users get, which also starts faster. */
const node = process.env.BRIDGE_TEST_BUILT
  ? [fileURLToPath(new URL("../bin/bridge.js", import.meta.url))]
  : ["--conditions=@bridge-rl/source", "--import", tsx, fileURLToPath(new URL("../src/bin.ts", import.meta.url))];

/** What a command printed and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command in a process of its own. */
export function startBridge(words: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): ChildProcessWithoutNullStreams {
  const { CI: _, ...inherited } = process.env;
  return spawn(process.execPath, [...node, ...words], {
    cwd,
    env: { ...inherited, NO_COLOR: "1", ...environment },
  });
}

/** Waits for a command to end. */
export function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })));
}

/** Runs a command to its end. */
export async function runBridge(
  words: readonly string[],
  options: { cwd: string; input?: string; environment?: NodeJS.ProcessEnv },
): Promise<Ended> {
  const child = startBridge(words, options.cwd, options.environment);
  child.stdin.on("error", () => {}); // a command that ends early has not read all of its input
  child.stdin.end(options.input ?? "");
  return ended(child);
}

/** The rows of JSON lines. */
export function rowsOf<Row = Record<string, unknown>>(text: string): Row[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

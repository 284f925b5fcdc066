import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** What `packageManager` in package.json asks for. */
const pnpmVersion = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  .packageManager.split("@")
  .at(-1);

/** Variables that every child process gets: no telemetry, and no CUDA libraries fetched by an install script. */
const quietEnvironment = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", ONNXRUNTIME_NODE_INSTALL: "skip" };

/**
 * Brings pnpm where it is missing and installs what the lockfile names.
 *
 * @returns the environment in which `pnpm` and the workspace's tools are found
 */
export async function prepareWorkspace({ say = console.log } = {}) {
  const environment = { ...process.env, ...quietEnvironment };
  environment.PATH = [findPnpm({ say }), join(root, "node_modules", ".bin"), environment.PATH].filter(Boolean).join(delimiter);
  say("Installing what pnpm-lock.yaml names (no install scripts besides esbuild's, no CUDA libraries)");
  const { code, output } = await capture("pnpm", ["install", "--frozen-lockfile", "--prefer-offline"], {
    env: { ...environment, CI: "1" },
  });
  if (code !== 0) throw new Error(`pnpm install failed:\n${output}`);
  return environment;
}

/** The folder that holds the right pnpm, or undefined where it is on PATH already. */
function findPnpm({ say }) {
  const shell = process.platform === "win32";
  const present = spawnSync("pnpm", ["--version"], { encoding: "utf8", cwd: root, shell });
  if (present.status === 0 && present.stdout.trim() === pnpmVersion) return undefined;
  const folder = join(root, "node_modules", ".cache", `pnpm-${pnpmVersion}`);
  const bin = join(folder, "node_modules", ".bin");
  if (existsSync(join(folder, "node_modules", "pnpm", "package.json"))) return bin;
  say(`Fetching pnpm ${pnpmVersion} into node_modules/.cache (nothing is installed globally)`);
  mkdirSync(folder, { recursive: true });
  const fetched = spawnSync("npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", `pnpm@${pnpmVersion}`], {
    cwd: folder,
    encoding: "utf8",
    shell,
  });
  if (fetched.status !== 0) throw new Error(`npm could not fetch pnpm ${pnpmVersion}:\n${fetched.stdout}${fetched.stderr}`);
  return bin;
}

/** Runs a command to its end and keeps what it printed. A command that cannot be started has code 127. */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      shell: process.platform === "win32",
      ...options,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.stderr.on("data", (text) => {
      output += text;
    });
    child.on("error", (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.on("close", (code, signal) => resolve({ code: code ?? 1, output: signal ? `${output}ended by ${signal}\n` : output }));
  });
}

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { downloadModel } from "@bridge-rl/models";
import { BridgeError } from "@bridge-rl/spec";
import { commandLine } from "../internal/command-line.js";
import { watchInterruption } from "../internal/interruption.js";
import { lockPatiently } from "../internal/lock-patiently.js";
import { createProgressDisplay } from "../terminal/progress-display.js";

/** Whether a model's name means a repository of the hub. */
export function isHubModel(name: string): boolean {
  return name.startsWith("hf:");
}

/**
 * Finds the folder of `hf:owner/name` or `hf:owner/name@revision`, which is downloaded at first use and kept: a branch stays as it was then.
 * It lies in `BRIDGE_CACHE`, or where the system keeps caches (`XDG_CACHE_HOME`, `~/.cache`).
 *
 * @throws BridgeError `invalid-input` for another form, and what `downloadModel` throws
 */
export async function resolveHubModel(name: string): Promise<string> {
  const [, owner, repository, revision = "main"] = /^hf:([\w.-]+)\/([\w.-]+)(?:@(\w[\w./-]*))?$/.exec(name) ?? [];
  if (owner === undefined || repository === undefined) {
    throw new BridgeError("invalid-input", `"${name}" names no model of the hub; write hf:owner/name, or hf:owner/name@revision`);
  }
  const hub = encodeURIComponent(new URL(process.env.HF_ENDPOINT || "https://huggingface.co").host);
  const versions = join(cacheDirectory(), "hub", hub, `${owner}--${repository}`);
  const folder = join(versions, encodeURIComponent(revision));
  if (existsSync(folder)) return folder;
  await mkdir(versions, { recursive: true });
  // arms of one run may ask at the same time, each in a process of its own
  const lock = await lockPatiently(versions, 3600);
  try {
    if (!existsSync(folder)) await downloadWithProgress(`${owner}/${repository}`, folder, revision);
  } finally {
    lock.release();
  }
  return folder;
}

/** Downloads a model as the environment says (`HF_TOKEN`, `HF_ENDPOINT`), with progress on standard error. */
export async function downloadWithProgress(repository: string, folder: string, revision: string): Promise<void> {
  const { HF_TOKEN: accessToken, HF_ENDPOINT: hubUrl } = process.env;
  const display = createProgressDisplay();
  const progress = display.job("");
  const interruption = watchInterruption(() => display.say("Stopping."));
  try {
    await downloadModel(repository, folder, {
      revision,
      ...(accessToken ? { accessToken } : {}),
      ...(hubUrl ? { hubUrl } : {}),
      signal: interruption.signal,
      onProgress: ({ file, bytes, totalBytes }) =>
        progress.update({ phase: `${file} (MB)`, done: Math.floor(bytes / 1e6), total: Math.ceil(totalBytes / 1e6) }),
    });
  } catch (error) {
    throw interruption.explain(error, commandLine(process.argv.slice(2)));
  } finally {
    display.close();
    interruption.dispose();
  }
}

function cacheDirectory(): string {
  const { BRIDGE_CACHE, XDG_CACHE_HOME } = process.env;
  return BRIDGE_CACHE ? resolve(BRIDGE_CACHE) : join(XDG_CACHE_HOME || join(homedir(), ".cache"), "bridge-rl");
}

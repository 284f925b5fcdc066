import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";

/** The right to write into a directory, held by one process. */
export interface DirectoryLock {
  /** Gives it up. Calling it again does nothing. */
  release(): void;
}

interface Holder {
  readonly pid: number;
  /** When the process began, in the kernel's ticks: a process id comes back after a restart, this doesn't. Null where /proc is missing. */
  readonly began: string | null;
}

/**
 * Takes the lock of a directory, made where it is missing. A lock whose process is gone (killed, or before a restart) is taken over.
 *
 * @throws BridgeError `run-conflict` where a living process holds it
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "lock.json");
  const own: Holder = { pid: process.pid, began: processBeginning(process.pid) };
  const aside = `${path}.${own.pid}`;
  const text = JSON.stringify(own);
  try {
    for (let attempt = 0; ; attempt++) {
      writeFileSync(aside, text);
      if (tryLink(aside, path)) break;
      const holder = readHolder(path);
      if (holder !== undefined && (attempt > 8 || isAlive(holder))) throw conflict(directory, holder);
      if (holder !== undefined) removeStale(path, holder, aside);
    }
  } finally {
    rmSync(aside, { force: true });
  }
  let held = true;
  return {
    release() {
      if (held) rmSync(path, { force: true });
      held = false;
    },
  };
}

function conflict(directory: string, holder: Holder): BridgeError {
  return new BridgeError(
    "run-conflict",
    `process ${holder.pid} is writing to ${directory}; wait for it, stop it, or give this run another directory`,
  );
}

/** `link` fails where the name exists, and the file behind it is complete from the start. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Another process may have replaced the stale lock in the meantime; then that lock is put back. */
function removeStale(path: string, stale: Holder, aside: string): void {
  try {
    renameSync(path, `${aside}.stale`);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  const removed = readHolder(`${aside}.stale`);
  if (removed !== undefined && (removed.pid !== stale.pid || removed.began !== stale.began)) tryLink(`${aside}.stale`, path);
  rmSync(`${aside}.stale`, { force: true });
}

function readHolder(path: string): Holder | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Holder;
  } catch (error) {
    throw new BridgeError("run-conflict", `${path} is not a lock that this library wrote; remove it if no run is using the directory`, {
      cause: error,
    });
  }
}

function isAlive({ pid, began }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isCode(error, "ESRCH")) return false;
    if (!isCode(error, "EPERM")) throw error;
  }
  const beginning = processBeginning(pid);
  return began === null || beginning === null || began === beginning;
}

/** Field 22 of /proc/<pid>/stat; the second field is in parentheses and may hold spaces. */
function processBeginning(pid: number): string | null {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === undefined) return null;
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ESRCH")) return undefined;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

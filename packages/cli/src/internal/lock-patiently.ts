import { setTimeout as wait } from "node:timers/promises";
import { BridgeError } from "@bridge-rl/spec";
import { type DirectoryLock, lockDirectory } from "@bridge-rl/training";

/**
 * Takes the lock of a directory, and waits a little where another process holds it: one whose run was killed needs a moment to notice.
 *
 * @throws BridgeError `run-conflict` where it is still held after that
 */
export async function lockPatiently(directory: string, patience = 15): Promise<DirectoryLock> {
  for (let waited = 0; ; waited += 0.25) {
    try {
      return lockDirectory(directory);
    } catch (error) {
      if (!BridgeError.isInstance(error) || error.code !== "run-conflict" || waited >= patience) throw error;
    }
    await wait(250);
  }
}

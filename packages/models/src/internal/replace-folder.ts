import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { exists } from "./folder/load-weights.js";

/** Writes a folder under a temporary name, from which it takes the place of an older one at once; where writing fails, nothing is left. */
export async function replaceFolder(directory: string, write: (aside: string) => Promise<void>): Promise<void> {
  const aside = `${directory}.partial`;
  await mkdir(dirname(directory), { recursive: true });
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  try {
    await write(aside);
    // renamed rather than removed, so that no moment has neither the old nor the new one on disk
    const replaced = `${directory}.replaced`;
    await rm(replaced, { recursive: true, force: true });
    if (await exists(directory)) await rename(directory, replaced);
    await rename(aside, directory);
    await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    throw error;
  }
}

import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file under a temporary name beside its place, and renames it; where writing fails, nothing is left. */
export async function writeAside<Result>(path: string, write: (file: FileHandle) => Promise<Result>): Promise<Result> {
  await mkdir(dirname(path), { recursive: true });
  const aside = join(dirname(path), `.${basename(path)}.unfinished-${process.pid}`);
  const file = await open(aside, "w");
  try {
    const result = await write(file);
    await file.close();
    await rename(aside, path);
    return result;
  } catch (error) {
    await file.close();
    await rm(aside, { force: true });
    throw error;
  }
}

import { mkdir, open, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a text file aside, makes sure that it is on the disk, and renames it: a reader sees all of it or the one before. */
export async function writeAside(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = join(dirname(path), `.${basename(path)}.unfinished`);
  const file = await open(aside, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
}

/** Writes a value as JSON with a line for each field. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeAside(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Writes rows as JSON lines. */
export async function writeJsonLines(path: string, rows: readonly unknown[]): Promise<void> {
  await writeAside(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

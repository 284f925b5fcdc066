import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import type { FileRow } from "./column.js";
import type { DatasetFormat } from "./dataset-format.js";
import type { DatasetRow } from "./dataset-row.js";
import { decodeRow } from "./decode-row.js";
import { readJsonLines } from "./jsonl-file.js";
import { readParquet } from "./parquet-file.js";

export interface ReadDatasetOptions {
  /** The schema of the rows. @defaultValue told by the fields of each row */
  readonly format?: DatasetFormat;
  /** Reads only the files of this split, of a folder. @defaultValue all files */
  readonly split?: string;
}

/**
 * Reads a dataset file (`.parquet`, `.jsonl` or `.json` with JSON lines), or a folder such as `writeDataset` and data hubs have, row by row.
 *
 * @throws BridgeError `missing-file`; `invalid-file` with file and row where a row is not what a trainer's schema has
 */
export async function* readDataset(path: string, options: ReadDatasetOptions = {}): AsyncGenerator<DatasetRow> {
  for (const file of await filesOf(path, options.split)) {
    for await (const { row, place } of readRows(file)) yield decodeRow(row, place, options.format);
  }
}

/** Reads the rows of a file as they stand, with their places. @throws BridgeError `missing-file`, `invalid-file` */
export async function* readRows(file: string): AsyncGenerator<{ readonly row: FileRow; readonly place: string }> {
  if (extname(file) !== ".parquet") {
    yield* readJsonLines(file);
    return;
  }
  let index = 0;
  for await (const row of readParquet(file)) yield { row, place: `${file}, row ${index++}` };
}

async function filesOf(path: string, split: string | undefined): Promise<string[]> {
  const entry = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new BridgeError("missing-file", `${path} can't be opened (${error.code}); pass a dataset's file or folder`, { cause: error });
  });
  if (!entry.isDirectory()) return [path];
  const names = (await readdir(path, { recursive: true })).sort();
  const files = names.filter((name) => {
    const base = name.split(/[\\/]/).at(-1) ?? "";
    return /\.(parquet|jsonl)$/.test(base) && !base.startsWith(".") && (split === undefined || base.startsWith(split));
  });
  if (files.length > 0) return files.map((name) => join(path, name));
  throw new BridgeError("missing-file", `${path} has no ${split === undefined ? "" : `${split} `}files in Parquet or JSON lines`);
}

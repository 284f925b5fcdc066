import { stat } from "node:fs/promises";
import { type DatasetRow, readDataset, rowsOfLine } from "@bridge-rl/datasets";
import type { Phrasebook } from "@bridge-rl/spec";
import { z } from "zod";
import { resolveSourceFactory } from "../resolve/resolve-source.js";
import type { PhrasebookFlags } from "./phrasebook-of-row.js";
import { readLines } from "./read-lines.js";

const anyObject = z.record(z.string(), z.unknown());

/** The phrasebook that flags name, or undefined where they name none. Without `--task` it is iGSM's. */
export async function phrasebookOfFlags({ task = "igsm", phrasebook }: PhrasebookFlags): Promise<Phrasebook | undefined> {
  if (phrasebook === undefined) return undefined;
  return (await resolveSourceFactory(task, process.cwd()))({ phrasebook }).phrasebook;
}

/**
 * Reads rows of whatever file: lines of the other commands, JSON lines or Parquet of a trainer, a dataset's folder, or standard input.
 *
 * @param phrasebook  words answers that are no text
 */
export async function* readAnyRows(input: string, phrasebook?: Phrasebook): AsyncGenerator<DatasetRow> {
  if (input.endsWith(".parquet") || (input !== "-" && (await isFolder(input)))) {
    yield* readDataset(input);
    return;
  }
  for await (const { row, place } of readLines(input, anyObject)) yield* rowsOfLine(row, place, phrasebook?.formatAnswer);
}

async function isFolder(path: string): Promise<boolean> {
  // What is not there is told by the reader, with what to do.
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

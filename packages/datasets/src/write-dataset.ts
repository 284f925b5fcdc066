import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import type { FileRow } from "./column.js";
import { type CardSplit, type DatasetCardOptions, datasetCard, readDatasetCard } from "./dataset-card.js";
import { columnsOf, type DatasetFormat, type EncodeOptions, encodeRow } from "./dataset-format.js";
import { type DatasetKind, type DatasetRow, kindOf } from "./dataset-row.js";
import { writeJsonLines } from "./jsonl-file.js";
import { writeParquet } from "./parquet-file.js";

export interface WriteDatasetOptions extends EncodeOptions {
  readonly format: DatasetFormat;
  /** @defaultValue "parquet" */
  readonly to?: "parquet" | "jsonl";
  /** The dataset's name on its card. @defaultValue "bridge-rl dataset" */
  readonly title?: string;
  /** What is in it and how it was made, in Markdown. @defaultValue none */
  readonly description?: string;
  /** The licence's identifier on the card. @defaultValue none */
  readonly license?: string;
}

/** What was written. */
export interface WrittenDataset {
  readonly kind: DatasetKind;
  readonly rows: number;
  readonly file: string;
  readonly card: string;
}

/**
 * Writes a dataset folder as data hubs have it: `data/<split>-00000-of-00001.parquet` (or `.jsonl`) and a `README.md` with the card.
 *
 * Rows pass through one at a time. All have completions or none has: trainers want one schema. Splits written into a folder before stay on
 * its card.
 *
 * @throws BridgeError `invalid-input` for no rows, or rows of both kinds; `run-conflict` where the folder has splits of another schema, or
 *   a README.md that is no card
 */
export async function writeDataset(
  directory: string,
  rows: AsyncIterable<DatasetRow> | Iterable<DatasetRow>,
  options: WriteDatasetOptions,
): Promise<WrittenDataset> {
  const { format, to = "parquet", split = "train" } = options;
  const [kind, all] = await peekKind(rows);
  const file = join("data", `${split}-00000-of-00001.${to}`);
  const columns = columnsOf(format, kind, options);
  const encoded = encodeRows(all, kind, options);
  const path = join(directory, file);
  const card = join(directory, "README.md");
  const cardOf = (splits: readonly CardSplit[]): string => datasetCard({ ...options, kind, columns, splits } satisfies DatasetCardOptions);
  const others = otherSplits(directory, card, split, cardOf([]));
  const count = to === "parquet" ? await writeParquet(path, columns, encoded) : await writeJsonLines(path, encoded);
  await mkdir(directory, { recursive: true });
  await writeFile(`${card}.unfinished-${process.pid}`, cardOf([...others, { name: split, rows: count, file }]));
  await rename(`${card}.unfinished-${process.pid}`, card);
  return { kind, rows: count, file: path, card };
}

/** What is in the folder besides the split that is written. */
function otherSplits(directory: string, card: string, split: string, own: string): CardSplit[] {
  if (!existsSync(card)) return [];
  const known = readDatasetCard(readFileSync(card, "utf8"));
  if (known === undefined) {
    throw new BridgeError("run-conflict", `${card} is no card of a dataset and would be lost; write into another folder, or move it`);
  }
  const others = known.splits.filter(({ name, file }) => name !== split && existsSync(join(directory, file)));
  if (others.length > 0 && known.features !== readDatasetCard(own)?.features) {
    const names = others.map(({ name }) => name).join(", ");
    throw new BridgeError(
      "run-conflict",
      `${directory} has rows of another schema (${names}), which no loader reads together; use another folder`,
    );
  }
  return others;
}

async function peekKind(rows: AsyncIterable<DatasetRow> | Iterable<DatasetRow>): Promise<[DatasetKind, AsyncIterable<DatasetRow>]> {
  const iterator = iterate(rows);
  const first = await iterator.next();
  if (first.done === true) throw new BridgeError("invalid-input", "there are no rows to write; give at least one");
  return [kindOf(first.value), chain(first.value, iterator)];
}

async function* iterate(rows: AsyncIterable<DatasetRow> | Iterable<DatasetRow>): AsyncGenerator<DatasetRow> {
  yield* rows;
}

async function* chain(first: DatasetRow, rest: AsyncGenerator<DatasetRow>): AsyncGenerator<DatasetRow> {
  yield first;
  yield* rest;
}

async function* encodeRows(rows: AsyncIterable<DatasetRow>, kind: DatasetKind, options: WriteDatasetOptions): AsyncGenerator<FileRow> {
  let index = 0;
  for await (const row of rows) {
    if (kindOf(row) !== kind) {
      const [first, other] = kind === "sft" ? ["a completion", "none"] : ["no completion", "one"];
      throw new BridgeError("invalid-input", `row 0 has ${first}, row ${index} has ${other}; write demonstrations and problems apart`);
    }
    yield encodeRow(row, options.format, index++, options);
  }
}

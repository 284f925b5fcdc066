import { BridgeError } from "@bridge-rl/spec";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import type { Column, ColumnType, FileRow } from "./column.js";
import { huggingFaceFeatures, parquetSchema } from "./internal/parquet-schema.js";
import { writeAside } from "./internal/write-aside.js";

/** Rows of a row group: few enough for the viewers of data hubs, and all that is ever held in memory. */
const groupSize = 1000;

/**
 * Writes rows as a Parquet file, Snappy-compressed, a row group of 1,000 rows at a time. The file is written aside and renamed.
 *
 * @returns the number of rows
 */
export async function writeParquet(
  path: string,
  columns: readonly Column[],
  rows: AsyncIterable<FileRow> | Iterable<FileRow>,
): Promise<number> {
  return writeAside(path, async (file) => {
    const bytes = new ByteWriter();
    const huggingface = JSON.stringify({ info: { features: huggingFaceFeatures(columns) } });
    const writer = new ParquetWriter({
      writer: bytes,
      schema: parquetSchema(columns),
      kvMetadata: [{ key: "huggingface", value: huggingface }],
      createdBy: "bridge-rl",
    });
    const drain = async () => {
      await file.write(bytes.getBytes());
      // The writer goes on counting offsets from the beginning of the file.
      bytes.index = 0;
    };
    let group: FileRow[] = [];
    let count = 0;
    const flush = async () => {
      if (group.length === 0) return;
      await writer.write({
        columnData: columns.map((column) => ({ name: column.name, data: group.map((row) => stored(row[column.name], column.type)) })),
      });
      group = [];
      await drain();
    };
    for await (const row of rows) {
      group.push(row);
      count++;
      if (group.length === groupSize) await flush();
    }
    await flush();
    await writer.finish();
    await drain();
    return count;
  });
}

/** Integers go in as BigInt, what is missing as null. */
function stored(value: unknown, type: ColumnType): unknown {
  if (value === undefined || value === null) return null;
  if (type === "string") return value;
  if (type === "int64") return BigInt(value as number);
  if ("list" in type) return (value as readonly unknown[]).map((item) => stored(item, type.list));
  return Object.fromEntries(type.struct.map((field) => [field.name, stored((value as FileRow)[field.name], field.type)]));
}

/**
 * Reads the rows of a Parquet file, a row group at a time.
 *
 * @throws BridgeError `missing-file`; `invalid-file` for what is no Parquet file
 */
export async function* readParquet(path: string): AsyncGenerator<FileRow> {
  const file = await asyncBufferFromFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new BridgeError("missing-file", `${path} can't be opened (${error.code}); pass a Parquet file`, { cause: error });
  });
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw new BridgeError("invalid-file", `${path} is no Parquet file: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  });
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    yield* await parquetReadObjects({ file, metadata, rowStart, rowEnd }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BridgeError("invalid-file", `${path} can't be read (${reason}); write it with Snappy or without compression`, {
        cause: error,
      });
    });
    rowStart = rowEnd;
  }
}

import { once } from "node:events";
import { createWriteStream, rmSync, type WriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { exitCodes } from "../internal/exit-codes.js";

/** Receives rows as JSON lines. */
export interface LineWriter {
  /** Resolves once the reader can take more. */
  write(row: unknown): Promise<void>;
  /** Writes what is left; a file gets its name now. */
  close(): Promise<void>;
  /** Gives up; nothing remains of a file. */
  abandon(): Promise<void>;
}

/** The reader of our output went away, as `head` does: not an error, but a reason to stop. */
export class OutputClosed extends Error {
  override name = "OutputClosed";
}

/**
 * Opens the output of a data command: standard output, or a file that is written aside and renamed when it is complete.
 *
 * @param path  undefined or `-` for standard output
 */
async function openLineWriter(path?: string): Promise<LineWriter> {
  return path === undefined || path === "-" ? standardOutputWriter() : fileWriter(path);
}

/** Runs the body with a writer and closes it, or abandons it where the body throws. */
export async function withLineWriter(path: string | undefined, body: (writer: LineWriter) => Promise<void>): Promise<void> {
  const writer = await openLineWriter(path);
  try {
    await body(writer);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  await writer.close();
}

function standardOutputWriter(): LineWriter {
  const stream = process.stdout;
  const sink = createSink(stream);
  return {
    write: (row) => sink.write(`${JSON.stringify(row)}\n`),
    close: () => sink.drained(),
    async abandon() {},
  };
}

async function fileWriter(path: string): Promise<LineWriter> {
  await mkdir(dirname(path), { recursive: true });
  const aside = join(dirname(path), `.${basename(path)}.unfinished-${process.pid}`);
  const stream: WriteStream = createWriteStream(aside);
  await once(stream, "open");
  const sink = createSink(stream);
  const unwatch = removeWhenStopped(aside);
  const end = () => new Promise<void>((resolve) => stream.close(() => resolve()));
  return {
    write: (row) => sink.write(`${JSON.stringify(row)}\n`),
    async close() {
      await sink.drained();
      await end();
      await rename(aside, path);
      unwatch();
    },
    async abandon() {
      await end();
      await rm(aside, { force: true });
      unwatch();
    },
  };
}

/**
 * Takes an unfinished file away where Ctrl-C or SIGTERM ends the process. A command that watches the signals itself abandons its file.
 *
 * @returns puts the ordinary behaviour of the signals back
 */
function removeWhenStopped(aside: string): () => void {
  if (process.listenerCount("SIGINT") > 0) return () => {};
  const stop = (signal: NodeJS.Signals) => {
    rmSync(aside, { force: true });
    process.stderr.write("bridge: stopped; nothing was written\n");
    process.exit(signal === "SIGTERM" ? exitCodes.terminated : exitCodes.interrupted);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return () => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
}

/** Joins lines to chunks of 64 kB and waits whenever the stream says that it has enough. */
function createSink(stream: NodeJS.WritableStream): { write(text: string): Promise<void>; drained(): Promise<void> } {
  const chunkSize = 64 * 1024;
  let pending = "";
  let failure: Error | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    failure = error.code === "EPIPE" ? new OutputClosed("the reader of the output has gone", { cause: error }) : error;
  });
  const push = () =>
    new Promise<void>((resolve, reject) => {
      const text = pending;
      pending = "";
      if (failure) reject(failure);
      // The callback comes when the text is handed on, and before the stream's error event where it could not be.
      else stream.write(text, (error) => (error ? setImmediate(() => reject(failure ?? error)) : resolve()));
    });
  return {
    async write(text) {
      pending += text;
      if (pending.length >= chunkSize) await push();
    },
    async drained() {
      if (pending !== "") await push();
      if (failure) throw failure;
    },
  };
}

import { open, rename } from "node:fs/promises";

/**
 * Writes a file under a temporary name and renames it, so that a reader sees all of it or none.
 * A leftover of a killed process is overwritten by the next attempt.
 */
export async function writeAside(path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.partial`;
  const file = await open(temporary, "w");
  try {
    for (const chunk of chunks) await writeFully(file, chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

async function writeFully(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.byteLength; ) {
    const { bytesWritten } = await file.write(chunk, written, Math.min(chunk.byteLength - written, 2 ** 30));
    written += bytesWritten;
  }
}

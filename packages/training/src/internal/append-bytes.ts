import { writeSync } from "node:fs";
import { writeFailed } from "./write-failed.js";

/** Appends all bytes to an open file. @param path  what messages call it */
export function appendBytes(file: number, bytes: Buffer, path: string): void {
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
  } catch (error) {
    throw writeFailed(path, error);
  }
}

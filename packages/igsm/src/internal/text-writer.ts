import { Buffer } from "node:buffer";

/**
 * Collects a text of many short pieces, several times as fast as adding strings to each other: those have to be put together in the end.
 *
 * Its memory is used again for each text.
 */
export class TextWriter {
  #bytes: Buffer = Buffer.allocUnsafe(2048);
  #length = 0;
  /** What came before the bytes, where it has characters that don't fit into one. */
  #before = "";

  /** How much has been written, in UTF-16 units. */
  get length(): number {
    return this.#before.length + this.#length;
  }

  clear(): void {
    this.#length = 0;
    this.#before = "";
  }

  /** Writes one character of ISO 8859-1. */
  writeCode(code: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = code;
  }

  write(text: string): void {
    if (this.#length + text.length > this.#bytes.length) this.#grow(text.length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 255) {
        this.#before = this.toString() + text;
        this.#length = 0;
        return;
      }
      bytes[start + index] = code;
    }
    this.#length = start + text.length;
  }

  toString(): string {
    return this.#before + this.#bytes.toString("latin1", 0, this.#length);
  }

  #grow(count: number): void {
    const larger = Buffer.allocUnsafe(2 * (this.#length + count));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

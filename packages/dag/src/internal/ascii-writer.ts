import { Buffer } from "node:buffer";

/** Collects text of ASCII characters, written in small pieces. */
export class AsciiWriter {
  // Of a pool: allocating typed arrays one by one is costly.
  #bytes: Buffer = Buffer.allocUnsafe(512);
  #length = 0;

  writeCode(code: number): void {
    if (this.#length === this.#bytes.length) this.#grow();
    this.#bytes[this.#length++] = code;
  }

  write(text: string): void {
    for (let index = 0; index < text.length; index++) this.writeCode(text.charCodeAt(index));
  }

  /** Writes a whole number that is not negative. */
  writeNumber(value: number): void {
    if (value < 10) this.writeCode(48 + value);
    else if (value < 100) {
      const tens = Math.floor(value / 10);
      this.writeCode(48 + tens);
      this.writeCode(48 + value - 10 * tens);
    } else this.write(String(value));
  }

  clear(): void {
    this.#length = 0;
  }

  toString(): string {
    return this.#bytes.toString("latin1", 0, this.#length);
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(2 * this.#bytes.length);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

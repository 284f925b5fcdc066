import { TensorError } from "../tensor-error.js";

const encoder = new TextEncoder();

/** What a reader of the format takes at most. */
const mostBytes = 2 ** 31 - 1;

/** Writes the protobuf wire format: varints, 32-bit floats and length-delimited parts. */
export class ProtobufWriter {
  #bytes = new Uint8Array(128);
  #length = 0;

  /** A non-negative or negative integer field; negatives take ten bytes, as int64 has it. */
  integer(field: number, value: number | bigint): this {
    this.#small(field << 3);
    if (typeof value === "number" && value >= 0 && value < 2 ** 31) this.#small(value);
    else this.#large(BigInt.asUintN(64, BigInt(value)));
    return this;
  }

  float(field: number, value: number): this {
    this.#small((field << 3) | 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#append(bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    // before its length is written, which has room for no more
    this.#reserve(value.length + 10);
    this.#small((field << 3) | 2);
    this.#small(value.length);
    this.#append(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A varint below 2³¹. */
  #small(value: number): void {
    this.#reserve(5);
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  #large(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > mostBytes) {
      throw new TensorError("invalid-input", "a model holds at most 2 GB; let large constants be inputs, given as initializers");
    }
    const grown = new Uint8Array(Math.min(Math.max(2 * this.#bytes.length, needed), mostBytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

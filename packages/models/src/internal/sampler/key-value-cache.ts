import type { TensorValue } from "@bridge-rl/spec";
import type { DecoderConfig } from "../../decoder-config.js";
import { cacheNames } from "./decode-graphs.js";

/** Keys and values of one prompt, as a prefill gave them. */
export interface Prefix {
  /** Tokens that it holds. */
  readonly length: number;
  /** By output name, `[prompts, keyValueHeads, tokens, headDimension]`. */
  readonly outputs: Readonly<Record<string, TensorValue>>;
  /** Which of the prompts. */
  readonly index: number;
}

interface Part {
  readonly name: string;
  readonly data: Float32Array;
}

/** Memory that a token's keys and values take. */
export function bytesPerToken({ layers, keyValueHeads, headDimension }: DecoderConfig): number {
  return 2 * layers * keyValueHeads * headDimension * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * Keys and values of all cached tokens, `[rows, keyValueHeads, capacity, headDimension]` per layer, in buffers that are laid out anew in
 * place when rows leave or the capacity changes.
 */
export class KeyValueCache {
  readonly #heads: number;
  readonly #size: number;
  #parts: readonly Part[];
  #limit: number;
  #rows = 0;
  #capacity = 0;
  #lengths: number[] = [];
  #mask: Float32Array;

  /** Memory grows with use: `bytesPerToken` for each row and token of capacity. */
  constructor(config: DecoderConfig, maximumRows: number, maximumCapacity: number) {
    this.#heads = config.keyValueHeads;
    this.#size = config.headDimension;
    this.#limit = maximumRows * maximumCapacity;
    const length = this.#limit * this.#heads * this.#size;
    const names = Array.from({ length: config.layers }, (_, layer) => Object.values(cacheNames(layer))).flat();
    this.#parts = names.map((name) => ({ name, data: new Float32Array(length) }));
    this.#mask = new Float32Array(this.#limit);
  }

  get rows(): number {
    return this.#rows;
  }

  get capacity(): number {
    return this.#capacity;
  }

  holds(rows: number, capacity: number): boolean {
    return rows * capacity <= this.#limit;
  }

  /** Makes room for a shape, keeping what is cached. */
  reserve(rows: number, capacity: number): void {
    if (this.holds(rows, capacity)) return;
    // doubled, so that a batch that grows token by token is not copied for each
    this.#limit = Math.max(rows * capacity, 2 * this.#limit);
    const width = this.#heads * this.#size;
    const used = this.#rows * this.#capacity * width;
    this.#parts = this.#parts.map(({ name, data }) => {
      const wider = new Float32Array(this.#limit * width);
      wider.set(data.subarray(0, used));
      return { name, data: wider };
    });
    const mask = new Float32Array(this.#limit);
    mask.set(this.#mask);
    this.#mask = mask;
  }

  /** Tokens cached in a row. */
  length(row: number): number {
    return this.#lengths[row] as number;
  }

  /**
   * Changes the shape.
   *
   * @param kept  the present rows that become rows 0, 1, …; each can move to a lower number alone
   */
  reshape(kept: readonly number[], rows: number, capacity: number): void {
    const lengths = kept.map((row) => this.length(row));
    for (const { data } of this.#parts) {
      for (const [row, former] of kept.entries()) {
        if (row !== former) this.#moveRow(data, former, row, lengths[row] as number);
      }
      if (capacity !== this.#capacity) this.#restride(data, lengths, capacity);
    }
    this.#rows = rows;
    this.#capacity = capacity;
    this.#lengths = Array.from({ length: rows }, (_, row) => lengths[row] ?? 0);
    this.#mask.fill(-1e9, 0, rows * capacity);
    for (const [row, length] of this.#lengths.entries()) this.#mask.fill(0, row * capacity, row * capacity + length);
  }

  /** Fills a row with a prompt, over whatever it held. */
  load(row: number, prefix: Prefix | undefined): void {
    const length = prefix?.length ?? 0;
    this.#lengths[row] = length;
    this.#mask.fill(-1e9, row * this.#capacity, (row + 1) * this.#capacity);
    this.#mask.fill(0, row * this.#capacity, row * this.#capacity + length);
    if (prefix === undefined) return;
    for (const { name, data } of this.#parts) {
      const { data: source, shape } = prefix.outputs[`new ${name}`] as { data: Float32Array; shape: readonly number[] };
      const tokens = shape[2] as number;
      for (let head = 0; head < this.#heads; head++) {
        const from = (prefix.index * this.#heads + head) * tokens * this.#size;
        data.set(source.subarray(from, from + length * this.#size), (row * this.#heads + head) * this.#capacity * this.#size);
      }
    }
  }

  /** Appends the keys and values of a step's token to some rows. */
  append(rows: readonly number[], outputs: Readonly<Record<string, TensorValue>>): void {
    const size = this.#size / 2;
    const stride = this.#capacity * size;
    for (const { name, data } of this.#parts) {
      const to = inPairs(data);
      const source = inPairs(outputs[`new ${name}`]?.data as Float32Array);
      for (const row of rows) {
        const offset = (this.#lengths[row] as number) * size;
        for (let unit = row * this.#heads; unit < (row + 1) * this.#heads; unit++) {
          let place = unit * stride + offset;
          for (let from = unit * size; from < (unit + 1) * size; from++) to[place++] = source[from] as number;
        }
      }
    }
    for (const row of rows) {
      const length = this.#lengths[row] as number;
      this.#mask[row * this.#capacity + length] = 0;
      this.#lengths[row] = length + 1;
    }
  }

  /** The inputs of a step: the cache itself, not copies. */
  feeds(): Record<string, TensorValue> {
    const shape = [this.#rows, this.#heads, 1, this.#capacity, this.#size];
    const used = this.#rows * this.#heads * this.#capacity * this.#size;
    const feeds: Record<string, TensorValue> = {
      mask: { data: this.#mask.subarray(0, this.#rows * this.#capacity), shape: [this.#rows, 1, 1, 1, this.#capacity] },
    };
    for (const { name, data } of this.#parts) feeds[`past ${name}`] = { data: data.subarray(0, used), shape };
    return feeds;
  }

  #moveRow(data: Float32Array, from: number, to: number, length: number): void {
    const stride = this.#capacity * this.#size;
    for (let head = 0; head < this.#heads; head++) {
      const start = (from * this.#heads + head) * stride;
      data.copyWithin((to * this.#heads + head) * stride, start, start + length * this.#size);
    }
  }

  /** Spreads or closes up the first rows; in the order in which no head is overwritten before it is moved. */
  #restride(data: Float32Array, lengths: readonly number[], capacity: number): void {
    const units = lengths.length * this.#heads;
    for (let step = 0; step < units; step++) {
      const unit = capacity > this.#capacity ? units - 1 - step : step;
      const start = unit * this.#capacity * this.#size;
      const length = lengths[Math.floor(unit / this.#heads)] as number;
      data.copyWithin(unit * capacity * this.#size, start, start + length * this.#size);
    }
  }
}

/** Two elements in one, which are copied in half the time. */
function inPairs({ buffer, byteOffset, length }: Float32Array): Float64Array {
  return new Float64Array(buffer, byteOffset, length / 2);
}

/**
 * A seeded stream of random numbers. Streams never share state: `fork` derives an independent one by hashing,
 * so neither the order of draws nor the number of streams changes what another stream yields.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [minimum, maximum], both included. */
  integer(minimum: number, maximum: number): number;
  /** True with the given probability. Always draws once, so later draws do not depend on the probability. */
  chance(probability: number): boolean;
  /** Standard normal. */
  normal(): number;
  /** One of the items, or undefined where there are none. */
  pick<T>(items: readonly T[]): T | undefined;
  /** A new array with the items in uniformly random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream for a purpose. The parent's state is neither read nor changed. */
  fork(purpose: string, index?: number): Random;
}

/** Murmur3's finaliser: every input bit changes every output bit with probability close to ½. */
export function mix32(value: number): number {
  let hash = value >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const golden = 0x9e3779b9;

/** Four 32-bit words that identify a stream; each is an independent hash chain over the same parts. */
type Key = readonly [number, number, number, number];

function absorb(key: Key, word: number): Key {
  return [absorbLane(key[0], word, 1), absorbLane(key[1], word, 2), absorbLane(key[2], word, 3), absorbLane(key[3], word, 4)];
}

function absorbLane(lane: number, word: number, place: number): number {
  return mix32(Math.imul(lane ^ mix32(word + Math.imul(place, golden)), 0x01000193) + golden);
}

function absorbText(key: Key, text: string): Key {
  let [first, second, third, fourth] = absorb(key, text.length);
  for (let index = 0; index < text.length; index++) {
    const word = text.charCodeAt(index);
    first = absorbLane(first, word, 1);
    second = absorbLane(second, word, 2);
    third = absorbLane(third, word, 3);
    fourth = absorbLane(fourth, word, 4);
  }
  return [first, second, third, fourth];
}

function absorbNumber(key: Key, value: number): Key {
  return absorb(absorb(key, value >>> 0), Math.floor(value / 0x1_0000_0000) >>> 0);
}

/** xoshiro128** (Blackman & Vigna 2018), seeded by a hashed key. */
class Stream implements Random {
  readonly #key: Key;
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(key: Key) {
    this.#key = key;
    [this.#a, this.#b, this.#c, this.#d] = key;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  #bits(): number {
    const product = Math.imul(this.#b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  next(): number {
    return this.#bits() / 0x1_0000_0000;
  }

  integer(minimum: number, maximum: number): number {
    return minimum + Math.floor(this.next() * (maximum - minimum + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[Math.floor(this.next() * items.length)];
  }

  shuffle<T>(items: readonly T[]): T[] {
    const result = items.slice();
    for (let last = result.length - 1; last > 0; last--) {
      const other = Math.floor(this.next() * (last + 1));
      const held = result[last] as T;
      result[last] = result[other] as T;
      result[other] = held;
    }
    return result;
  }

  fork(purpose: string, index = 0): Random {
    return new Stream(absorbNumber(absorbText(this.#key, purpose), index));
  }
}

/**
 * Makes the stream of a seed and a purpose.
 *
 * @param seed  any safe integer or text; two seeds never share a stream, neighbouring ones included
 */
export function createRandom(seed: number | string, purpose = ""): Random {
  const root: Key = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  const keyed = typeof seed === "number" ? absorbNumber(absorb(root, 1), seed) : absorbText(absorb(root, 2), seed);
  return new Stream(absorbText(keyed, purpose));
}

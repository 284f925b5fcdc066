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

/** `mix32` from and to signed words, which engines keep as small integers. */
function mixWord(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** What a word is mixed to before it enters a lane. */
function mixFor(word: number, lane: number): number {
  return mixWord((word + Math.imul(lane, golden)) | 0);
}

/** `mixFor` of the characters that purposes and ids are made of, four lanes a character. */
const asciiMixes: Int32Array = Int32Array.from({ length: 4 * 128 }, (_, index) => mixFor(index >>> 2, (index & 3) + 1));

/** A lane takes in a word that was mixed for it. */
function absorb(lane: number, mixed: number): number {
  return mixWord((Math.imul(lane ^ mixed, 0x01000193) + golden) | 0);
}

/** Four 32-bit words that identify a stream; each is an independent hash chain over the same parts. */
class Key {
  first: number;
  second: number;
  third: number;
  fourth: number;

  constructor(first: number, second: number, third: number, fourth: number) {
    this.first = first | 0;
    this.second = second | 0;
    this.third = third | 0;
    this.fourth = fourth | 0;
  }

  clone(): Key {
    return new Key(this.first, this.second, this.third, this.fourth);
  }

  absorbWord(word: number): this {
    this.first = absorb(this.first, mixFor(word, 1));
    this.second = absorb(this.second, mixFor(word, 2));
    this.third = absorb(this.third, mixFor(word, 3));
    this.fourth = absorb(this.fourth, mixFor(word, 4));
    return this;
  }

  absorbNumber(value: number): this {
    return this.absorbWord(value >>> 0).absorbWord(Math.floor(value / 0x1_0000_0000) >>> 0);
  }

  absorbText(text: string): this {
    this.absorbWord(text.length);
    let { first, second, third, fourth } = this;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code < 128) {
        const at = code << 2;
        first = absorb(first, asciiMixes[at] as number);
        second = absorb(second, asciiMixes[at + 1] as number);
        third = absorb(third, asciiMixes[at + 2] as number);
        fourth = absorb(fourth, asciiMixes[at + 3] as number);
      } else {
        first = absorb(first, mixFor(code, 1));
        second = absorb(second, mixFor(code, 2));
        third = absorb(third, mixFor(code, 3));
        fourth = absorb(fourth, mixFor(code, 4));
      }
    }
    this.first = first;
    this.second = second;
    this.third = third;
    this.fourth = fourth;
    return this;
  }
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
    this.#a = key.first;
    this.#b = key.second;
    this.#c = key.third;
    this.#d = key.fourth;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  #bits(): number {
    const b = this.#b;
    const product = Math.imul(b, 5);
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = (d << 11) | (d >>> 21);
    return Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
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
    return new Stream(this.#key.clone().absorbText(purpose).absorbNumber(index));
  }
}

/**
 * Makes the stream of a seed and a purpose.
 *
 * @param seed  any safe integer or text; two seeds never share a stream, neighbouring ones included
 */
export function createRandom(seed: number | string, purpose = ""): Random {
  const key = new Key(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
  if (typeof seed === "number") key.absorbWord(1).absorbNumber(seed);
  else key.absorbWord(2).absorbText(seed);
  return new Stream(key.absorbText(purpose));
}

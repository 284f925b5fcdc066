/** A set of small integers that lists its members in ascending order. */
export class BitSet {
  readonly #words: Uint32Array;

  /** Makes a set for members 0 … size−1, empty or with the members that the words say. */
  constructor(size: number, words: Uint32Array = new Uint32Array((size + 31) >>> 5)) {
    this.#words = words;
  }

  has(member: number): boolean {
    return (((this.#words[member >>> 5] as number) >>> (member & 31)) & 1) === 1;
  }

  add(member: number): void {
    this.#words[member >>> 5] = (this.#words[member >>> 5] as number) | (1 << (member & 31));
  }

  delete(member: number): void {
    this.#words[member >>> 5] = (this.#words[member >>> 5] as number) & ~(1 << (member & 31));
  }

  values(): number[] {
    const members: number[] = [];
    for (const [index, word] of this.#words.entries()) {
      // Each turn takes off the lowest set bit.
      for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
        members.push(index * 32 + 31 - Math.clz32(rest & -rest));
      }
    }
    return members;
  }

  clone(): BitSet {
    return new BitSet(0, this.#words.slice());
  }
}

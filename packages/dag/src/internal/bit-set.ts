/** A set of small integers that lists its members in ascending order. */
export interface BitSet {
  has(member: number): boolean;
  add(member: number): void;
  delete(member: number): void;
  values(): number[];
  clone(): BitSet;
}

/** Makes an empty set for members 0 … size−1. */
export function createBitSet(size: number): BitSet {
  return fromWords(new Uint32Array((size + 31) >>> 5));
}

function fromWords(words: Uint32Array): BitSet {
  return {
    has: (member) => (((words[member >>> 5] as number) >>> (member & 31)) & 1) === 1,
    add: (member) => {
      words[member >>> 5] = (words[member >>> 5] as number) | (1 << (member & 31));
    },
    delete: (member) => {
      words[member >>> 5] = (words[member >>> 5] as number) & ~(1 << (member & 31));
    },
    values: () => {
      const members: number[] = [];
      for (const [index, word] of words.entries()) {
        // Each turn takes off the lowest set bit.
        for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
          members.push(index * 32 + 31 - Math.clz32(rest & -rest));
        }
      }
      return members;
    },
    clone: () => fromWords(words.slice()),
  };
}

/** A 53-bit hash of a text: among ten million texts, two share one with odds of 1 in 180. */
export function textHash(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** A set of 53-bit numbers in 8 bytes each, twice that at most: what tells duplicates among millions. */
export class HashSet53 {
  #slots: Float64Array = new Float64Array(1024).fill(-1);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(hash: number): boolean {
    return this.#slots[find(this.#slots, hash)] === hash;
  }

  /** Adds a number. @returns whether it was new */
  add(hash: number): boolean {
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    const slot = find(this.#slots, hash);
    if (this.#slots[slot] === hash) return false;
    this.#slots[slot] = hash;
    this.#size++;
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#slots.length * 2).fill(-1);
    for (const hash of this.#slots) if (hash !== -1) larger[find(larger, hash)] = hash;
    this.#slots = larger;
  }
}

/** The slot of a hash, or the free one where it would go. The length of `slots` is a power of two. */
function find(slots: Float64Array, hash: number): number {
  const mask = slots.length - 1;
  let slot = (hash % 4294967296) & mask;
  while (slots[slot] !== -1 && slots[slot] !== hash) slot = (slot + 1) & mask;
  return slot;
}

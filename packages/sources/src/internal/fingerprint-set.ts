import { hash } from "node:crypto";

/** A set of texts that keeps 52 bits of each, in 16 to 32 bytes: two of ten million different texts are confused with a chance of 1 %. */
export class FingerprintSet {
  #slots: Float64Array = new Float64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a text. Returns whether it was new. */
  add(text: string): boolean {
    if (2 * this.#size >= this.#slots.length) this.#grow();
    // 0 stands for an empty slot.
    if (!insert(this.#slots, Number.parseInt(hash("sha256", text, "hex").slice(0, 13), 16) + 1)) return false;
    this.#size++;
    return true;
  }

  #grow(): void {
    const slots = new Float64Array(2 * this.#slots.length);
    for (const value of this.#slots) if (value !== 0) insert(slots, value);
    this.#slots = slots;
  }
}

function insert(slots: Float64Array, value: number): boolean {
  for (let slot = value % slots.length; ; slot = slot + 1 === slots.length ? 0 : slot + 1) {
    if (slots[slot] === value) return false;
    if (slots[slot] !== 0) continue;
    slots[slot] = value;
    return true;
  }
}

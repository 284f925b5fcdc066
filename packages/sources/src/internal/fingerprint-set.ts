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
    const value = fingerprint(text);
    const slot = slotOf(this.#slots, value);
    if (this.#slots[slot] === value) return false;
    this.#slots[slot] = value;
    this.#size++;
    return true;
  }

  has(text: string): boolean {
    if (this.#size === 0) return false;
    const value = fingerprint(text);
    return this.#slots[slotOf(this.#slots, value)] === value;
  }

  #grow(): void {
    const slots = new Float64Array(2 * this.#slots.length);
    for (const value of this.#slots) if (value !== empty) slots[slotOf(slots, value)] = value;
    this.#slots = slots;
  }
}

const empty = 0;

function fingerprint(text: string): number {
  return Number.parseInt(hash("sha256", text, "hex").slice(0, 13), 16) + 1;
}

/** Where a value stands, or the empty slot that it would take. */
function slotOf(slots: Float64Array, value: number): number {
  let slot = value % slots.length;
  while (slots[slot] !== empty && slots[slot] !== value) slot = slot + 1 === slots.length ? 0 : slot + 1;
  return slot;
}

/** How often each whole number occurred: exact moments and quantiles in memory of the number of different ones. */
export class Tally {
  readonly #counts: Map<number, number> = new Map();
  #total = 0;
  #sum = 0;

  add(value: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + 1);
    this.#total++;
    this.#sum += value;
  }

  get total(): number {
    return this.#total;
  }

  get sum(): number {
    return this.#sum;
  }

  /** Pairs of value and count, by value. */
  entries(): [value: number, count: number][] {
    return [...this.#counts].sort(([left], [right]) => left - right);
  }

  /** The smallest values that at least these shares of all do not exceed. */
  quantiles(shares: readonly number[]): number[] {
    const entries = this.entries();
    return shares.map((share) => {
      let seen = 0;
      for (const [value, count] of entries) {
        seen += count;
        if (seen >= share * this.#total) return value;
      }
      return Number.NaN;
    });
  }
}

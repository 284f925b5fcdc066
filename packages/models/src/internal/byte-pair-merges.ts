/** A pair of symbols that becomes a new one. */
export interface Merge {
  readonly left: number;
  readonly right: number;
}

interface Word {
  symbols: number[];
  readonly count: number;
}

interface Candidate extends Merge {
  readonly count: number;
}

/**
 * Learns byte-pair merges (Sennrich et al., arXiv 1508.07909): the most frequent pair first; of equally frequent ones the pair with the
 * smaller left symbol, then the smaller right one.
 *
 * @param words     symbols of each distinct pre-token and how often it occurs
 * @param fuse      gives the symbol of a merged pair: a new one, or one that another merge has already made
 * @param isFull    whether the vocabulary has reached its size
 */
export function learnMerges(
  words: readonly { readonly symbols: readonly number[]; readonly count: number }[],
  fuse: (merge: Merge) => number,
  isFull: () => boolean,
  minimumFrequency: number,
): Merge[] {
  const table = new PairTable(words.map(({ symbols, count }) => ({ symbols: [...symbols], count })));
  const merges: Merge[] = [];
  while (!isFull()) {
    const best = table.takeBest();
    if (best === undefined || best.count < minimumFrequency) break;
    merges.push({ left: best.left, right: best.right });
    table.apply(best, fuse(best));
  }
  return merges;
}

/** How often each pair occurs and in which words, kept up to date as pairs are merged. */
class PairTable {
  readonly #words: readonly Word[];
  readonly #counts = new Map<number, number>();
  readonly #places = new Map<number, Set<number>>();
  /** May hold outdated counts; they are corrected when they come to the top. */
  readonly #heap: Candidate[] = [];

  constructor(words: readonly Word[]) {
    this.#words = words;
    const touched = new Set<number>();
    for (const [index, word] of words.entries()) this.#count(index, word.count, touched);
    this.#offer(touched);
  }

  takeBest(): Candidate | undefined {
    for (;;) {
      const top = popHeap(this.#heap);
      if (top === undefined) return undefined;
      const count = this.#counts.get(keyOf(top.left, top.right)) ?? 0;
      if (count === top.count) return top;
      if (count > 0) pushHeap(this.#heap, { ...top, count });
    }
  }

  apply({ left, right }: Merge, symbol: number): void {
    const touched = new Set<number>();
    for (const index of this.#places.get(keyOf(left, right)) ?? []) {
      const word = this.#words[index] as Word;
      this.#count(index, -word.count, new Set());
      word.symbols = mergePair(word.symbols, left, right, symbol);
      this.#count(index, word.count, touched);
    }
    this.#counts.delete(keyOf(left, right));
    this.#places.delete(keyOf(left, right));
    this.#offer(touched);
  }

  #count(index: number, change: number, touched: Set<number>): void {
    const { symbols } = this.#words[index] as Word;
    for (let position = 0; position + 1 < symbols.length; position++) {
      const key = keyOf(symbols[position] as number, symbols[position + 1] as number);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + change);
      const places = this.#places.get(key) ?? new Set();
      this.#places.set(key, places.add(index));
      touched.add(key);
    }
  }

  #offer(keys: ReadonlySet<number>): void {
    for (const key of keys) {
      const count = this.#counts.get(key) ?? 0;
      if (count > 0) pushHeap(this.#heap, { left: Math.floor(key / radix), right: key % radix, count });
    }
  }
}

const radix = 2 ** 24;

function keyOf(left: number, right: number): number {
  return left * radix + right;
}

function mergePair(symbols: readonly number[], left: number, right: number, symbol: number): number[] {
  const merged: number[] = [];
  for (let position = 0; position < symbols.length; position++) {
    const isPair = symbols[position] === left && symbols[position + 1] === right;
    merged.push(isPair ? symbol : (symbols[position] as number));
    if (isPair) position++;
  }
  return merged;
}

function isBefore(one: Candidate, other: Candidate): boolean {
  if (one.count !== other.count) return one.count > other.count;
  return one.left !== other.left ? one.left < other.left : one.right < other.right;
}

function pushHeap(heap: Candidate[], candidate: Candidate): void {
  let hole = heap.push(candidate) - 1;
  while (hole > 0) {
    const parent = (hole - 1) >> 1;
    if (!isBefore(candidate, heap[parent] as Candidate)) break;
    heap[hole] = heap[parent] as Candidate;
    hole = parent;
  }
  heap[hole] = candidate;
}

function popHeap(heap: Candidate[]): Candidate | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return top;
  let hole = 0;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Candidate, heap[child] as Candidate)) child++;
    if (!isBefore(heap[child] as Candidate, last)) break;
    heap[hole] = heap[child] as Candidate;
    hole = child;
  }
  heap[hole] = last;
  return top;
}

/** Where layers are counted from: in the original every item without a container is at the top, in BRIDGE every item without content at the bottom. */
export type Alignment = "top" | "bottom";

/** Which items hold which, as the premises of a problem tell it. */
export class Structure {
  readonly items: string[] = [];
  readonly children: number[][] = [];
  readonly #numbers: Map<string, number> = new Map();
  readonly #held: boolean[] = [];
  #layers: readonly number[] | undefined;
  readonly #alignment: Alignment;

  constructor(alignment: Alignment) {
    this.#alignment = alignment;
  }

  add(container: string, item: string): void {
    const holder = this.#intern(container);
    const content = this.#intern(item);
    (this.children[holder] as number[]).push(content);
    this.#held[content] = true;
    this.#layers = undefined;
  }

  /** An item that may hold nothing, and be in nothing. */
  mention(item: string): void {
    this.#intern(item);
    this.#layers = undefined;
  }

  /** The number of an item, or undefined where no premise mentions it. */
  find(item: string): number | undefined {
    return this.#numbers.get(item);
  }

  /** The layer of each item; 0 is the top. */
  layers(): readonly number[] {
    this.#layers ??= this.#alignment === "top" ? this.#depths() : this.#heights();
    return this.#layers;
  }

  #intern(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.items.length;
    this.#numbers.set(name, number);
    this.items.push(name);
    this.children.push([]);
    this.#held.push(false);
    return number;
  }

  #depths(): number[] {
    const depths = new Array<number>(this.items.length).fill(0);
    const open: number[] = [];
    for (let item = 0; item < this.items.length; item++) if (this.#held[item] === false) open.push(item);
    // Paths of a layered graph have equal lengths, so each item is settled by the first path that reaches it.
    for (let next = 0; next < open.length; next++) {
      const item = open[next] as number;
      for (const child of this.children[item] as number[]) {
        if (depths[child] !== 0) continue;
        depths[child] = (depths[item] as number) + 1;
        open.push(child);
      }
    }
    return depths;
  }

  #heights(): number[] {
    const heights = new Array<number>(this.items.length).fill(-1);
    const measure = (item: number): number => {
      const known = heights[item] as number;
      if (known >= 0) return known;
      heights[item] = 0;
      const [child] = this.children[item] as number[];
      const height = child === undefined ? 0 : measure(child) + 1;
      heights[item] = height;
      return height;
    };
    let highest = 0;
    for (let item = 0; item < this.items.length; item++) highest = Math.max(highest, measure(item));
    return heights.map((height) => highest - height);
  }
}

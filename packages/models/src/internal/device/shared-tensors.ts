import { BridgeError, type DeviceTensor } from "@bridge-rl/spec";

interface Held {
  readonly tensor: DeviceTensor;
  holders: number;
}

/**
 * Named tensors on a device. A copy shares them until either side replaces one, so a snapshot costs nothing until the next step; a tensor that
 * nobody holds any more is disposed.
 */
export class SharedTensors {
  readonly #held: Map<string, Held>;

  constructor(tensors: Iterable<readonly [string, DeviceTensor]> = []) {
    this.#held = new Map([...tensors].map(([name, tensor]) => [name, { tensor, holders: 1 }]));
  }

  get names(): string[] {
    return [...this.#held.keys()];
  }

  has(name: string): boolean {
    return this.#held.has(name);
  }

  get(name: string): DeviceTensor {
    const held = this.#held.get(name);
    if (held === undefined) throw new BridgeError("internal", `there is no tensor ${name} on the device`);
    return held.tensor;
  }

  /** Every tensor, as the inputs of a run. */
  feeds(): Record<string, DeviceTensor> {
    return Object.fromEntries([...this.#held].map(([name, { tensor }]) => [name, tensor]));
  }

  /** Puts a tensor in the place of another, which is let go. */
  replace(name: string, tensor: DeviceTensor): void {
    this.#release(name);
    this.#held.set(name, { tensor, holders: 1 });
  }

  copy(): SharedTensors {
    const copy = new SharedTensors();
    for (const [name, held] of this.#held) {
      held.holders++;
      copy.#held.set(name, held);
    }
    return copy;
  }

  /** Lets everything go. */
  clear(): void {
    for (const name of this.names) this.#release(name);
    this.#held.clear();
  }

  #release(name: string): void {
    const held = this.#held.get(name);
    if (held === undefined) return;
    held.holders--;
    if (held.holders === 0) held.tensor.dispose();
  }
}

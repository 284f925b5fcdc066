import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Gives the memory of large arrays back once enough of them have been dropped.
 *
 * The collector goes by the size of its own heap, where an array of a gigabyte is a few bytes: left to itself it lets several of them pile up,
 * which for a large model is the difference between fitting and not.
 */
export class Garbage {
  readonly #limit: number;
  #dropped = 0;
  #collect: (() => void) | undefined;

  /** @param limit  bytes that may pile up */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Tells that arrays of this many bytes are no longer referred to. */
  dropped(bytes: number): void {
    this.#dropped += bytes;
    if (this.#dropped < this.#limit) return;
    this.#dropped = 0;
    this.#collect ??= collector();
    this.#collect();
  }
}

/** V8's own `gc`, which is not global unless a flag of the process says so. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  return typeof found === "function" ? () => found() : () => undefined;
}

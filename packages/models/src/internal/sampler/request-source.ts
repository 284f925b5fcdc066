import type { SampleRequest } from "@bridge-rl/spec";

/** A request and its number. */
export interface NumberedRequest {
  readonly request: SampleRequest;
  readonly number: number;
}

/** Requests that come one by one, some perhaps late. At most one is asked for ahead of its use. */
export class RequestSource {
  readonly #iterator: Iterator<SampleRequest> | AsyncIterator<SampleRequest>;
  #pending: Promise<void> | undefined;
  #arrived: IteratorResult<SampleRequest> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #count = 0;
  #ended = false;

  constructor(requests: Iterable<SampleRequest> | AsyncIterable<SampleRequest>) {
    this.#iterator = Symbol.asyncIterator in requests ? requests[Symbol.asyncIterator]() : requests[Symbol.iterator]();
  }

  /** No request will come any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * The next request, where it is there.
   *
   * @param patiently  waits for it
   * @throws whatever the caller's iterator throws
   */
  async next(patiently: boolean): Promise<NumberedRequest | undefined> {
    if (this.#ended) return undefined;
    this.#pending ??= this.#ask();
    if (patiently) await this.#pending;
    // a synchronous source has answered by now
    else await Promise.resolve();
    if (this.#failure) throw this.#failure.error;
    const arrived = this.#arrived;
    if (arrived === undefined) return undefined;
    this.#pending = undefined;
    this.#arrived = undefined;
    this.#ended = arrived.done === true;
    return arrived.done ? undefined : { request: arrived.value, number: this.#count++ };
  }

  /** Tells the caller's iterator that no more is wanted. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#iterator.return?.();
    this.#ended = true;
  }

  async #ask(): Promise<void> {
    try {
      const result = this.#iterator.next();
      this.#arrived = result instanceof Promise ? await result : result;
    } catch (error) {
      // kept for the caller that asks next, since nobody may be waiting now
      this.#failure = { error };
    }
  }
}

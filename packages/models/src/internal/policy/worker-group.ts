import { BridgeError } from "@bridge-rl/spec";
import type { CallOptions, WorkerConnection } from "./worker-connection.js";
import type { WorkerMethod, WorkerMethods } from "./worker-protocol.js";

type Result<Method extends WorkerMethod> = Awaited<ReturnType<WorkerMethods[Method]>>;
type Given<Method extends WorkerMethod> = Parameters<WorkerMethods[Method]>;

/** Calls into workers that each hold the same policy. One call follows the other, whichever workers they go to. */
export class WorkerGroup {
  readonly #connections: readonly WorkerConnection[];
  #last: Promise<unknown> = Promise.resolve();
  #ended: BridgeError | undefined;

  constructor(connections: readonly WorkerConnection[]) {
    this.#connections = connections;
  }

  get size(): number {
    return this.#connections.length;
  }

  get version(): number {
    return this.#first.version;
  }

  /** Asks one worker. */
  async one<Method extends WorkerMethod>(method: Method, parameters: Given<Method>, worker = 0): Promise<Result<Method>> {
    const connection = this.#connections[worker];
    if (connection === undefined) {
      throw new BridgeError("invalid-option", `there is no worker ${worker}; the policy has ${this.size}, counted from 0`);
    }
    return this.#enqueue<Result<Method>>(() => connection.call(method, parameters));
  }

  /** Asks each worker for its part. The first that fails ends the others' work, and its error is thrown when all have stopped. */
  async parts<Method extends WorkerMethod>(
    method: Method,
    parameters: readonly Given<Method>[],
    options: Omit<CallOptions, "onProgress"> & { readonly onProgress?: (worker: number, progress: Progress) => void } = {},
  ): Promise<Result<Method>[]> {
    return this.#enqueue(async () => {
      const outcome = await this.#ask(method, parameters, options);
      if (outcome.failure) throw outcome.failure.error;
      return outcome.results as Result<Method>[];
    });
  }

  /**
   * Changes all workers' policies in the same way.
   *
   * @param before  a call that goes to all of them directly before
   * @returns the first worker's answer
   * @throws BridgeError what the workers throw; where only some do, their policies are unlike from then on, and every later call fails
   */
  async alike<Method extends WorkerMethod>(
    method: Method,
    parameters: Given<Method>,
    { before }: { readonly before?: "sumGradients" } = {},
  ): Promise<Result<Method>> {
    const task = async (): Promise<Result<Method>> => {
      if (before) await this.#askAll(before, []);
      return this.#askAll(method, parameters);
    };
    return this.#enqueue(task);
  }

  /** Ends the workers; calls that still wait are rejected. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  get #first(): WorkerConnection {
    return this.#connections[0] as WorkerConnection;
  }

  #enqueue<Value>(task: () => Promise<Value>): Promise<Value> {
    const result = this.#last.then(() => {
      if (this.#ended) throw this.#ended;
      return task();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  async #askAll<Method extends WorkerMethod>(method: Method, parameters: Given<Method>): Promise<Result<Method>> {
    const { results, failure } = await this.#ask(
      method,
      this.#connections.map(() => parameters),
      {},
    );
    if (failure === undefined) return results[0] as Result<Method>;
    if (failure.count < this.size) {
      this.#ended = new BridgeError(
        "internal",
        `${method} failed in some of the policy's workers, which now differ; load its last checkpoint into a new policy`,
        { cause: failure.error },
      );
    }
    throw failure.error;
  }

  async #ask<Method extends WorkerMethod>(
    method: Method,
    parameters: readonly Given<Method>[],
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (worker: number, progress: Progress) => void },
  ): Promise<{ results: (Result<Method> | undefined)[]; failure?: { error: unknown; count: number } }> {
    const others = new AbortController();
    let failure: { error: unknown; count: number } | undefined;
    const results = await Promise.all(
      this.#connections.map(async (connection, worker) => {
        try {
          return await connection.call(method, parameters[worker] as Given<Method>, {
            signal: signal ? AbortSignal.any([signal, others.signal]) : others.signal,
            ...(onProgress && { onProgress: (progress: Progress) => onProgress(worker, progress) }),
          });
        } catch (error) {
          failure = { error: failure?.error ?? error, count: (failure?.count ?? 0) + 1 };
          others.abort(error);
          return undefined;
        }
      }),
    );
    return { results, ...(failure && { failure }) };
  }
}

type Progress = Parameters<NonNullable<CallOptions["onProgress"]>>[0];

import type { Worker } from "node:worker_threads";
import { BridgeError } from "@bridge-rl/spec";
import { type FromWorker, type ToWorker, unpackError, type WorkerMethod, type WorkerMethods } from "./worker-protocol.js";

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { tokens: number; finished: number; total: number }) => void;
}

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: CallOptions["onProgress"];
}

/** Calls into a worker and matches its answers. */
export class WorkerConnection {
  /** Resolves when the policy stands. */
  readonly ready: Promise<void>;
  /** Optimiser steps of the worker's policy, as of its last answer. */
  version = 0;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #ended: BridgeError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    this.ready = new Promise((resolve, reject) => {
      worker.on("message", (message: FromWorker) => {
        if (message.kind === "ready") {
          worker.unref();
          resolve();
        } else if (message.kind === "failed") {
          const error = unpackError(message.error);
          this.#end(error);
          reject(error);
        } else {
          this.#answer(message);
        }
      });
      const fail = (error: BridgeError): void => {
        this.#end(error);
        reject(error);
      };
      worker.on("error", (cause) => fail(new BridgeError("internal", `the policy's worker failed: ${cause.message}`, { cause })));
      worker.on("exit", (code) => fail(new BridgeError("internal", `the policy's worker ended with code ${code}`)));
    });
  }

  async call<Method extends WorkerMethod>(
    method: Method,
    parameters: Parameters<WorkerMethods[Method]>,
    options: CallOptions = {},
  ): Promise<Awaited<ReturnType<WorkerMethods[Method]>>> {
    const { signal, onProgress } = options;
    if (this.#ended) throw this.#ended;
    if (signal?.aborted) throw new BridgeError("cancelled", `${method} was cancelled`, { cause: signal.reason });
    const id = this.#nextId++;
    const cancel = (): void => this.#send({ kind: "cancel", id });
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await new Promise<Awaited<ReturnType<WorkerMethods[Method]>>>((resolve, reject) => {
        this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject, onProgress });
        // keeps the process alive for as long as an answer is awaited
        this.#worker.ref();
        this.#send({ kind: "call", id, method, parameters });
      });
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends the worker; calls that still wait are rejected. */
  async close(): Promise<void> {
    this.#end(new BridgeError("invalid-input", "the policy was disposed; make another"));
    await this.#worker.terminate();
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #answer(message: Extract<FromWorker, { id: number }>): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.kind === "progress") {
      pending.onProgress?.(message.progress);
      return;
    }
    this.version = message.version;
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (message.kind === "error") pending.reject(unpackError(message.error));
    else pending.resolve(message.result as never);
  }

  #end(error: BridgeError): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** What a model's decoding step reads, by thread. */
export interface RateSetting {
  /** Of onnxruntime, in each worker. */
  readonly threads: number;
  readonly rows: number;
  readonly keyValueHeads: number;
  readonly group: number;
  readonly headDimension: number;
}

/** Work per second of all workers together, at once: floating-point operations of products of 1024, and bytes of keys that are read. */
export interface Rates {
  readonly products: number;
  readonly reading: number;
}

/** Measures what the provider alone does in as many workers as a policy has, the best of several rounds. */
export async function measureRates(workers: number, setting: RateSetting): Promise<Rates> {
  const threads = await Promise.all(
    Array.from({ length: workers }, async () => {
      const thread = new Worker(new URL("./rate-thread.mjs", import.meta.url), {
        workerData: setting,
        execArgv: ["--conditions=@bridge-rl/source"],
      });
      await once(thread, "message");
      return thread;
    }),
  );
  const best = { products: 0, reading: 0 };
  for (let round = 0; round < 5; round++) {
    for (const kind of ["products", "reading"] as const) {
      const rates = await Promise.all(
        threads.map(async (thread) => {
          thread.postMessage({ kind, seconds: 0.2 });
          const [rate] = (await once(thread, "message")) as [number];
          return rate;
        }),
      );
      best[kind] = Math.max(
        best[kind],
        rates.reduce((total, rate) => total + rate, 0),
      );
    }
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  return best;
}

import { setImmediate } from "node:timers/promises";
import { BridgeError, type LossRow, type TensorValue, type TrainingRow } from "@bridge-rl/spec";
import type { MicroBatch } from "./micro-batches.js";

export function checkTemperature(temperature: number): void {
  if (!(temperature > 0 && Number.isFinite(temperature))) {
    throw new BridgeError("invalid-option", `temperature is ${temperature}; log-probabilities need a positive one`);
  }
}

/** Lets other work of the process run between two programs, and stops where the caller gave up. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted) throw new BridgeError("cancelled", "the batch was cancelled", { cause: signal.reason });
}

export function emptyRows(batch: readonly TrainingRow[]): Float32Array[] {
  return batch.map(({ completionIds }) => new Float32Array(completionIds.length));
}

/** Rows as a loss looks at them. */
export function lossRows(logProbabilities: readonly Float32Array[], entropies?: readonly Float32Array[]): LossRow[] {
  return logProbabilities.map((row, index) => {
    const own = entropies?.[index];
    return own === undefined ? { logProbabilities: row } : { logProbabilities: row, entropies: own };
  });
}

/** The numbers of a run's targets, zeros for its padding. */
export function gathered({ shape, parts }: MicroBatch, rows: readonly Float32Array[]): TensorValue & { readonly data: Float32Array } {
  const data = new Float32Array(shape.targets);
  for (const { row, start } of parts) data.set(rows[row] ?? [], start);
  return { data, shape: [data.length] };
}

export function distribute(microBatch: MicroBatch, values: Float32Array, rows: readonly Float32Array[]): void {
  for (const { row, start, length } of microBatch.parts) rows[row]?.set(values.subarray(start, start + length));
}

/** Adds row i of `updates` to row `indices[i]` of the table. */
export function addRows(table: Float32Array, indices: Int32Array, updates: Float32Array): void {
  const width = updates.length / indices.length;
  for (let row = 0; row < indices.length; row++) {
    const target = (indices[row] as number) * width;
    const source = row * width;
    for (let column = 0; column < width; column++) {
      table[target + column] = (table[target + column] as number) + (updates[source + column] as number);
    }
  }
}

export function floats(results: Readonly<Record<string, TensorValue>>, name: string): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new BridgeError("internal", `the program gave no float32 output "${name}"`);
  return data;
}

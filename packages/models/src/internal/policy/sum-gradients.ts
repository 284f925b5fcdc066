import { addTo } from "./parameter-set.js";

/**
 * Adds up a part of several gradients in shared memory, in their order, and writes the sums back into each of them. Done for every part, by
 * whichever thread, all of them are the whole gradient, bit by bit the same.
 *
 * @param part  which of as many parts as there are gradients
 */
export function sumGradients(gradients: readonly ReadonlyMap<string, Float32Array>[], part: number): void {
  const count = gradients.length;
  for (const [name, { length }] of gradients[0] ?? []) {
    const start = Math.floor((length * part) / count);
    const end = Math.floor((length * (part + 1)) / count);
    const [sum, ...others] = gradients.map((gradient) => (gradient.get(name) as Float32Array).subarray(start, end));
    for (const values of others) addTo(sum as Float32Array, values);
    for (const values of others) values.set(sum as Float32Array);
  }
}

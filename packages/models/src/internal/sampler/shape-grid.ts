/** Token capacities are multiples of this. Finer means less reading of empty slots, coarser means fewer programs. */
const capacityStep = 32;

/** Rows of a step at least, since single rows go through other kernels that round differently. */
export const leastRows = 4;

/** The next of 4, 8, 12, 16, 24, 32, 48, 64, 96, … rows. */
export function gridRows(rows: number): number {
  let size = leastRows;
  while (size < rows) size = size < 8 || (size & (size - 1)) !== 0 ? nextPowerOfTwo(size) : size * 1.5;
  return size;
}

/** The next multiple of 32 tokens. */
export function gridTokens(tokens: number): number {
  return Math.max(1, Math.ceil(tokens / capacityStep)) * capacityStep;
}

/** The least power of two above a number. */
export function nextPowerOfTwo(value: number): number {
  return 2 ** (Math.floor(Math.log2(value)) + 1);
}

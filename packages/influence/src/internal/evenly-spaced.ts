/** Positions 0 … length−1, `count` of them at even distances, or all where there are fewer. */
export function evenlySpaced(length: number, count: number): number[] {
  if (length <= count) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * length) / count));
}

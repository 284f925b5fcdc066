/** The q-quantile with linear interpolation between order statistics, as torch and numpy do by default. NaN for no values. */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  if (sorted.length === 0) return Number.NaN;
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  const share = place - below;
  // From the nearer end, as both do: a threshold that should be a value of the list then is that value.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/**
 * Writes a number as solutions do: integers in full, fractions to eight significant digits, which is more than any tolerance of
 * an answer needs.
 */
export function numberText(value: number): string {
  return String(Number.isInteger(value) ? value + 0 : Number(value.toPrecision(8)));
}

/**
 * Writes a number as solutions do: integers in full, fractions to eight significant digits, which is more than any tolerance of
 * an answer needs.
 */
export function numberText(value: number): string {
  if (Number.isInteger(value)) return String(value + 0);
  const text = value.toPrecision(8);
  if (text.includes("e")) return String(Number(text));
  if (!text.includes(".")) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === zero) end--;
  // Rounding may leave an integer.
  return text.slice(0, text.charCodeAt(end - 1) === point ? end - 1 : end);
}

const zero = 48;
const point = 46;

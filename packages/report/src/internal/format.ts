import type { Estimate } from "../estimate.js";

const minus = "−";
const enDash = "–";
/** Keeps a number and its unit on one line. */
const noBreak = "\u00a0";

/** A number with so many decimals, with a true minus sign and no negative zero. */
export function fixed(value: number, decimals: number): string {
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? minus + text : text;
}

/** A share as `41.5 %`. */
export function percent(share: number, decimals = 1): string {
  return `${fixed(100 * share, decimals)}${noBreak}%`;
}

/** An interval of shares as `35.1–48.2`, in per cent. */
export function percentInterval({ low, high }: { low: number; high: number }): string {
  return interval(fixed(100 * low, 1), fixed(100 * high, 1));
}

/** A change of shares as `+12.5`, in percentage points. */
export function points(change: number): string {
  const text = fixed(100 * change, 1);
  return change > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** A change of shares with its interval: `+12.5 points (3.1 to 21.7)`. */
export function pointsWithInterval({ value, low, high }: Estimate): string {
  return `${points(value)} points (${fixed(100 * low, 1)} to ${fixed(100 * high, 1)})`;
}

/** An interval of percentage points. */
export function pointsInterval({ low, high }: { low: number; high: number }): string {
  return `${points(low)} to ${points(high)}`;
}

/** Three significant digits, without exponents for ordinary sizes. */
export function significant(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, exponent] = value.toExponential(2).split("e");
    return `${`${mantissa}`.replace("-", minus)}·10${superscript(Number(exponent))}`;
  }
  const rounded = Number(size.toPrecision(3));
  return fixed(value, Math.max(0, 2 - Math.floor(Math.log10(rounded))));
}

/** Seconds as `7 min 24 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${fixed(seconds, 1)}${noBreak}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${noBreak}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}${noBreak}min ${whole % 60}${noBreak}s`;
  return `${Math.floor(minutes / 60)}${noBreak}h ${minutes % 60}${noBreak}min`;
}

/** A whole number with thin spaces between thousands. */
export function whole(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** `1 seed`, `3 seeds`. */
export function counted(count: number, noun: string): string {
  return `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

function interval(low: string, high: string): string {
  return `${low}${enDash}${high}`;
}

function superscript(exponent: number): string {
  return [...String(exponent)].map((character) => (character === "-" ? "⁻" : ("⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(character)] ?? ""))).join("");
}

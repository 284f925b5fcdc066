import type { Span } from "@bridge-rl/spec";

/** What can be changed about the terse format. */
export interface TersePhrasebookOptions {
  /** Writes a derivation's operands as symbols before their values: `T=3*m=3*7=21` rather than `T=3*7=21`. @defaultValue true */
  readonly symbols?: boolean;
  /** Puts a space behind every symbol, number and sign, for tokenizers that split at spaces. @defaultValue false */
  readonly spaces?: boolean;
}

/** How the terse format opens and closes a solution. */
export const terseOpening = "<think>";

export function terseClosing(answer: string): string {
  return `</think>\\boxed{${answer}}`;
}

/** The name of the terse format as the options want it. */
export function terseName({ symbols, spaces }: Required<TersePhrasebookOptions>): string {
  const changes = [...(symbols ? [] : ["symbols=false"]), ...(spaces ? ["spaces=true"] : [])];
  return changes.length === 0 ? "terse" : `terse(${changes.join(",")})`;
}

/** Puts a space behind every symbol, number and sign. */
export function spaceOut(text: string): string {
  return text.replace(/[A-Za-z]+|\d+|[^\sA-Za-z\d]/g, "$& ");
}

/** Spaces out what the steps of a solution wrote; a remark's own words stay as they are. */
export function spaceOutSteps(text: string, spans: readonly Span[]): { text: string; spans: Span[] } {
  let spaced = terseOpening;
  let behind = terseOpening.length;
  const moved: Span[] = [];
  for (const span of spans) {
    const start = spaced.length;
    const words = span.kind === "remark" ? span.end - 1 : span.start;
    spaced += text.slice(span.start, words) + spaceOut(text.slice(words, span.end));
    moved.push({ ...span, start, end: spaced.length });
    behind = span.end;
  }
  return { text: spaced + text.slice(behind), spans: moved };
}

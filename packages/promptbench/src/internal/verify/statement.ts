import type { Formula } from "./formula.js";

/** A piece of the completion. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One member of a chain of equations; no formula where it can't be read as one. */
export interface Member {
  readonly formula: Formula | undefined;
  readonly start: number;
  readonly end: number;
}

/** Why a leaf has its value, where the text says so. */
export type LeafReason = "unstated" | "circular" | "goal" | "no-links";

/** A value that a text repeats, and what it has to be. */
export interface Comparison extends Member {
  readonly own: Formula;
}

interface About {
  readonly start: number;
  readonly end: number;
  /** What the statement is about. */
  readonly name: Word;
}

/** What a derivation says. */
export interface Derivation {
  /** Everything that the quantity is said to equal; the last one is its value. */
  readonly members: readonly Member[];
  readonly reason?: LeafReason;
  /** The premise of a conclusion, where abduction repeats it. */
  readonly premise?: Word;
}

/** What a completion says, one move at a time, before anything is judged. */
export type Statement =
  | (About & { readonly kind: "derive" } & Derivation)
  | (About & { readonly kind: "attempt"; readonly missing: readonly Word[] })
  | (About & { readonly kind: "restate"; readonly line: Word })
  | (About & { readonly kind: "check" } & Derivation)
  | (About & { readonly kind: "plan"; readonly needed: readonly Word[] })
  | (About & { readonly kind: "estimate"; readonly low: Word; readonly high: Word })
  /** Values that are repeated to go on with. */
  | (About & { readonly kind: "compare"; readonly comparisons: readonly Comparison[] })
  /** `matched` where something has given the value. */
  | (About & { readonly kind: "retract"; readonly value: Word; readonly matched: boolean })
  /** A derivation whose value is taken back later. */
  | (About & { readonly kind: "withdrawn" })
  /** Looks like a step, but can't be read as one. */
  | (About & { readonly kind: "unreadable" });

/** A completion taken apart. */
export interface Statements {
  readonly dialect: "prose" | "terse";
  readonly statements: readonly Statement[];
  /** What the thinking part concludes. */
  readonly conclusions: readonly Word[];
}

/** A piece of a text without the blanks around it. */
export function wordAt(text: string, start: number, end: number): Word {
  let from = start;
  let to = end;
  while (from < to && /\s/.test(text.charAt(from))) from++;
  while (to > from && /\s/.test(text.charAt(to - 1))) to--;
  return { text: text.slice(from, to), start: from, end: to };
}

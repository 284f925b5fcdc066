import type { IgsmDialect } from "../../parse-problem.js";
import type { Token } from "../read-arithmetic.js";

/** A piece of the completion. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One member of a chain of equations; undefined tokens where it is no arithmetic. */
export interface Member {
  readonly tokens: readonly Token[] | undefined;
  readonly start: number;
  readonly end: number;
}

/** `x = a + b = 3 + 4 = 7`: what is computed, and everything it is said to equal. */
export interface Equation {
  readonly target: Word;
  readonly members: readonly Member[];
}

interface About {
  readonly start: number;
  readonly end: number;
  /** The quantity's name without "each", where the text gives it. */
  readonly name: Word | undefined;
  /** The symbol that the text gives to the quantity, or reminds of. */
  readonly symbol: Word | undefined;
  /** Whether the text gives the symbol here (`new`) or reminds of it (`again`). */
  readonly naming: "new" | "again";
}

/** What a completion says, one move at a time, before anything is judged. */
export type Statement =
  /** The last equation computes the quantity, those before it intermediate results. `given` is the number that the sentence before says. */
  | (About & { readonly kind: "derive"; readonly equations: readonly Equation[]; readonly given: Word | undefined })
  | (About & { readonly kind: "attempt"; readonly missing: readonly Word[] })
  | (About & { readonly kind: "restate"; readonly formula: Word })
  /** Computes a quantity again. */
  | (About & { readonly kind: "check"; readonly members: readonly Member[] })
  /** Lists what a quantity needs. */
  | (About & { readonly kind: "plan"; readonly needed: readonly Word[] })
  | (About & { readonly kind: "estimate"; readonly low: Word; readonly high: Word })
  /** Takes a value back; `matched` where something has given it. */
  | (About & { readonly kind: "retract"; readonly value: Word; readonly matched: boolean })
  /** A derivation whose value is taken back later. */
  | (About & { readonly kind: "withdrawn" })
  /** The original's wrong start, `Define X as BACK.` */
  | (About & { readonly kind: "retry" })
  /** Looks like a step, but can't be read as one. */
  | (About & { readonly kind: "unreadable" });

/** A completion taken apart. */
export interface Statements {
  readonly dialect: IgsmDialect;
  readonly statements: readonly Statement[];
  /** What the text gives as its answer, each place of it; the last one counts. */
  readonly answers: readonly Word[];
}

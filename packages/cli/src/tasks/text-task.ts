import type { ReasoningGraph, Value } from "@bridge-rl/spec";

/** What a text leaves unsaid. */
interface TextSettings {
  /** All arithmetic is modulo this; undefined where the text is to decide. */
  readonly modulus: number | undefined;
  /** What is asked for, where the row says it beside the text. */
  readonly query?: string | undefined;
}

/** A problem that was read from its text. Plain JSON; a task may add fields of its own. */
interface SolvedText {
  readonly answer: Value;
  readonly graph: ReasoningGraph;
  readonly [field: string]: unknown;
}

/** A place where a solution goes wrong. */
interface TextFinding {
  readonly kind: string;
  /** Errors make a solution invalid, notes don't. */
  readonly severity: "error" | "note";
  readonly message: string;
  /** First character, in UTF-16 units of the solution. */
  readonly start: number;
  /** Behind the last character. */
  readonly end: number;
}

/** The judgement on a solution's text. Plain JSON; a task may add fields of its own. */
interface CheckedText {
  readonly valid: boolean;
  readonly findings: readonly TextFinding[];
  readonly [field: string]: unknown;
}

/** Reads and judges texts that nobody made for us. A text that can't be read is a `BridgeError`, `invalid-input` for example. */
export interface TextTask {
  /** Fields of its own in which rows have the problem's text, in order of preference, behind the usual ones. @defaultValue none */
  readonly problemFields?: readonly string[];
  /** The field in which rows say what is asked for, where the text doesn't. @defaultValue none */
  readonly queryField?: string;
  /** Whether an answer is the one that a row gives. @defaultValue the same text */
  agrees?(answer: Value, label: unknown): boolean;
  solve(problem: string, settings: TextSettings): SolvedText;
  check(problem: string, solution: string, settings: TextSettings): CheckedText;
}

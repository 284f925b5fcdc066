import type { Demonstration, Problem, Span, Value } from "@bridge-rl/spec";

/** One example to train on, whatever file it stands in. Plain JSON. */
export interface DatasetRow {
  /** What the model reads. */
  readonly prompt: string;
  /** What SFT learns to write; absent in data for RL, which has prompts alone. */
  readonly completion?: string;
  /** The right answer, as a phrasebook writes it. */
  readonly answer?: string;
  /** The problem's id. */
  readonly problem?: string;
  readonly operations?: number;
  /** Which characters of the completion each step and each behaviour wrote. */
  readonly spans?: readonly Span[];
  /** Hash of the solution template. */
  readonly structureHash?: string;
  /** What the arithmetic is modulo, which terse texts don't say. */
  readonly modulus?: number;
  /** The system message, in formats that have messages. */
  readonly system?: string;
}

/** Whether rows have completions (`sft`) or prompts alone (`rl`). */
export type DatasetKind = "sft" | "rl";

export interface RowOptions {
  /** How an answer is written. @defaultValue `String` */
  readonly formatAnswer?: (answer: Value) => string;
}

/** A demonstration as a row for SFT. */
export function demonstrationRow(demonstration: Demonstration, options: RowOptions = {}): DatasetRow {
  const { formatAnswer = String } = options;
  const { answer, ...row } = demonstration;
  return { ...row, answer: formatAnswer(answer) };
}

/** A problem as a row for RL. */
export function problemRow(problem: Problem, options: RowOptions = {}): DatasetRow {
  const { formatAnswer = String } = options;
  const { id, prompt, answer, difficulty, structureHash, graph } = problem;
  const { modulus } = graph;
  return {
    ...{ prompt, answer: formatAnswer(answer), problem: id, operations: difficulty.operations, structureHash },
    ...(modulus === undefined ? {} : { modulus }),
  };
}

/** What kind of data a row belongs to. */
export function kindOf({ completion }: DatasetRow): DatasetKind {
  return completion === undefined ? "rl" : "sft";
}

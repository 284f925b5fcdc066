import { BridgeError, createRandom, type Problem, type Random, type Value } from "@bridge-rl/spec";
import { FingerprintSet } from "./internal/fingerprint-set.js";
import type { ThinOptions } from "./thin-answers.js";

export interface ProblemFilterOptions {
  /** Leaves out problems that are the same as one that was admitted before. @defaultValue false */
  readonly distinct?: boolean;
  /** What makes two problems the same: their solution template, or their text. @defaultValue "structureHash" */
  readonly by?: "structureHash" | "prompt";
  /** Answers that there is too much of, each with the share of its problems that stays. @defaultValue none */
  readonly thin?: readonly ThinOptions[];
  /** No answer is that of more than this share of the problems admitted so far, rounded up. @defaultValue 1 */
  readonly answerShare?: number;
}

/** Why a problem was left out: the answer was thinned, it is excluded, it came before, or its answer came up too often. */
export type LeftOutReason = "thinned" | "excluded" | "duplicate" | "frequent answer";

type Row = Pick<Problem, "id" | "answer" | "structureHash" | "prompt">;

/**
 * Decides which problems belong into a dataset, one after the other: what was admitted before counts. Keeps some 32 bytes for each problem
 * that it must know again.
 *
 * @throws BridgeError `invalid-option` for shares outside of 0 … 1
 */
export class ProblemFilter {
  readonly #by: "structureHash" | "prompt";
  readonly #distinct: boolean;
  readonly #thin: readonly { readonly answer: Value; readonly keep: number; readonly root: Random }[];
  readonly #answerShare: number;
  readonly #excluded: FingerprintSet = new FingerprintSet();
  readonly #seen: FingerprintSet = new FingerprintSet();
  readonly #answers: Map<Value, number> = new Map();
  readonly #leftOut: Record<LeftOutReason, number> = { thinned: 0, excluded: 0, duplicate: 0, "frequent answer": 0 };
  #admitted = 0;

  constructor(options: ProblemFilterOptions = {}) {
    const { distinct = false, by = "structureHash", thin = [], answerShare = 1 } = options;
    if (!(answerShare > 0 && answerShare <= 1)) {
      throw new BridgeError("invalid-option", `an answer may have a share of ${answerShare}; give a number above 0, up to 1`);
    }
    this.#by = by;
    this.#distinct = distinct;
    this.#answerShare = answerShare;
    this.#thin = thin.map(({ answer = 0, keep = 0.4, seed = 0 }) => {
      if (!(keep >= 0 && keep <= 1)) throw new BridgeError("invalid-option", `the share to keep is ${keep}; give a number from 0 to 1`);
      return { answer, keep, root: createRandom(seed, "thin answers") };
    });
  }

  /** Problems that were left out so far, by reason. */
  get leftOut(): Readonly<Record<LeftOutReason, number>> {
    return this.#leftOut;
  }

  /** Leaves out all problems that are the same as this one, such as a problem of another split. */
  exclude(row: Pick<Problem, "structureHash" | "prompt">): void {
    this.#excluded.add(row[this.#by]);
  }

  /** Whether a problem belongs to those that were admitted before; from then on it is one of them. */
  admit(problem: Row): boolean {
    const reason = this.#objection(problem);
    if (reason !== undefined) {
      this.#leftOut[reason]++;
      return false;
    }
    this.#admitted++;
    if (this.#distinct) this.#seen.add(problem[this.#by]);
    if (this.#answerShare < 1) this.#answers.set(problem.answer, (this.#answers.get(problem.answer) ?? 0) + 1);
    return true;
  }

  #objection(problem: Row): LeftOutReason | undefined {
    const { id, answer } = problem;
    for (const thin of this.#thin) if (answer === thin.answer && !thin.root.fork(id).chance(thin.keep)) return "thinned";
    const key = problem[this.#by];
    if (this.#excluded.has(key)) return "excluded";
    if (this.#distinct && this.#seen.has(key)) return "duplicate";
    if (this.#answerShare === 1) return undefined;
    // 0.1 · 30 is a little above 3 in doubles.
    const most = Math.ceil(this.#answerShare * (this.#admitted + 1) - 1e-9);
    return (this.#answers.get(answer) ?? 0) < most ? undefined : "frequent answer";
  }
}

import type { Value } from "@bridge-rl/spec";

/** What answers there were. */
export interface AnswerSummary {
  readonly count: number;
  /** The most frequent answer, of equally frequent ones that seen first; undefined where there was none at all. */
  readonly constant: Value | undefined;
  /** The share of problems that a policy solves which always gives it. */
  readonly constantShare: number;
  /** The share whose answer is 0. */
  readonly zeroShare: number;
}

/** How many different answers are told apart; later ones are only counted. */
const mostAnswers = 65_536;

/** Counts answers as they pass, at constant memory. Every accuracy deserves its constant baseline beside it. */
export class AnswerTally {
  readonly #counts: Map<Value, number> = new Map();
  #count = 0;

  add(answer: Value): void {
    this.#count++;
    const known = this.#counts.get(answer);
    if (known !== undefined || this.#counts.size < mostAnswers) this.#counts.set(answer, (known ?? 0) + 1);
  }

  summary(): AnswerSummary {
    let constant: Value | undefined;
    let most = 0;
    for (const [answer, count] of this.#counts) if (count > most) [constant, most] = [answer, count];
    const share = (count: number) => (this.#count === 0 ? 0 : count / this.#count);
    return { count: this.#count, constant, constantShare: share(most), zeroShare: share(this.#counts.get(0) ?? 0) };
  }
}

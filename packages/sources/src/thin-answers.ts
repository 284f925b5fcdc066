import { BridgeError, createRandom, type Problem, type Value } from "@bridge-rl/spec";

export interface ThinOptions {
  /** The answer that there is too much of. @defaultValue 0 */
  readonly answer?: Value;
  /** The share of the problems with it that stay. @defaultValue 0.4, as the paper's code does */
  readonly keep?: number;
  /** @defaultValue 0 */
  readonly seed?: number;
}

/**
 * Drops a share of the problems with a frequent answer, which a policy could give without thinking. A problem's id alone decides whether it
 * stays, so shards agree with the whole.
 *
 * @throws BridgeError `invalid-option` for a share outside of 0 … 1
 */
export function* thinAnswers<Row extends Pick<Problem, "id" | "answer">>(
  problems: Iterable<Row>,
  options: ThinOptions = {},
): Generator<Row, void, undefined> {
  const { answer = 0, keep = 0.4, seed = 0 } = options;
  if (!(keep >= 0 && keep <= 1)) throw new BridgeError("invalid-option", `the share to keep is ${keep}; give a number from 0 to 1`);
  const root = createRandom(seed, "thin answers");
  for (const problem of problems) if (problem.answer !== answer || root.fork(problem.id).chance(keep)) yield problem;
}

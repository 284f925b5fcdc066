import { createHash } from "node:crypto";
import { BridgeError, createRandom, type Problem, type ProblemSource } from "@bridge-rl/spec";

/** Problems by position: the cursor of a run is a single number. */
export interface ProblemStream {
  at(position: number): Problem;
  /** What the problems are, plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A source goes upwards from an index; a list is shuffled anew each time it has been seen. */
export function problemStream(problems: ProblemSource | readonly Problem[], first: number, seed: number | string): ProblemStream {
  if (!isList(problems)) {
    const { name, version, seed: sourceSeed, options } = problems;
    return { at: (position) => problems.problem(first + position), settings: { name, version, seed: sourceSeed, options, first } };
  }
  if (problems.length === 0) throw new BridgeError("invalid-input", "there are no problems to train on");
  if (first !== 0)
    throw new BridgeError("invalid-option", `firstProblem ${first} is for a problem source; leave it out with a list, or slice the list`);
  const random = createRandom(seed, "grpo/order");
  let epoch = { number: -1, order: problems };
  const hash = createHash("sha256");
  for (const { id } of problems) hash.update(`${id}\n`);
  return {
    at(position) {
      const number = Math.floor(position / problems.length);
      if (number !== epoch.number) epoch = { number, order: random.fork("epoch", number).shuffle(problems) };
      return epoch.order[position % problems.length] as Problem;
    },
    settings: { count: problems.length, digest: hash.digest("hex") },
  };
}

function isList(problems: ProblemSource | readonly Problem[]): problems is readonly Problem[] {
  return Array.isArray(problems);
}

import { createHash } from "node:crypto";
import { BridgeError, createRandom, type Phrasebook, type Problem, type ProblemSource } from "@bridge-rl/spec";
import type { Curriculum, CurriculumStage } from "../curriculum.js";

/** Problems by position: the cursor of a run is a single number. */
export interface ProblemStream {
  at(position: number): Problem;
  /** What the problems are, plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A part of a run with problems of its own. */
export interface ProblemStage extends Omit<CurriculumStage, "problems"> {
  readonly stream: ProblemStream;
}

/** The stages of a run: one without end where there is no curriculum. */
export function problemStages(
  problems: ProblemSource | readonly Problem[] | Curriculum,
  first: number,
  seed: number | string,
): readonly ProblemStage[] {
  if (!("stages" in problems)) return [{ stream: problemStream(problems, first, seed) }];
  if (problems.stages.length === 0) throw new BridgeError("invalid-option", "a curriculum needs at least one stage");
  return problems.stages.map(({ problems: own, ...ending }, index) => ({
    ...ending,
    stream: problemStream(own, index === 0 ? first : 0, index === 0 ? seed : `${seed}/${index}`),
  }));
}

/** The phrasebooks that problems bring themselves. */
export function phrasebooksOf(problems: ProblemSource | readonly Problem[] | Curriculum): Phrasebook[] {
  if ("stages" in problems) return problems.stages.flatMap((stage) => phrasebooksOf(stage.problems));
  return "phrasebook" in problems ? [problems.phrasebook] : [];
}

/** A source goes upwards from an index; a list is shuffled anew each time it has been seen. */
function problemStream(problems: ProblemSource | readonly Problem[], first: number, seed: number | string): ProblemStream {
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

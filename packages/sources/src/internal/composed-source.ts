import { BridgeError, type Phrasebook, type Problem, type ProblemSource } from "@bridge-rl/spec";

/** What sources made of others have in common: each problem is one of a part's, under the index that was asked for. */
export function composedSource(
  name: string,
  parts: readonly ProblemSource[],
  seed: number,
  options: Readonly<Record<string, unknown>>,
  partAt: (index: number) => ProblemSource,
): ProblemSource {
  const problem = (index: number): Problem => {
    if (!Number.isSafeInteger(index) || index < 0)
      throw new BridgeError("invalid-input", `problem ${index} does not exist; indices are integers from 0`);
    return partAt(index).problem(index);
  };
  return {
    name,
    version: 1,
    specVersion: 1,
    seed,
    options,
    phrasebook: commonPhrasebook(name, parts),
    problem,
    *problems({ start = 0, count = Number.POSITIVE_INFINITY } = {}) {
      for (let index = start; index < start + count; index++) yield problem(index);
    },
  };
}

function commonPhrasebook(name: string, parts: readonly ProblemSource[]): Phrasebook {
  const [first, ...others] = parts;
  if (first === undefined) throw new BridgeError("invalid-option", `a ${name} of no sources has no problems; pass at least one`);
  const odd = others.find((part) => part.name !== first.name || part.phrasebook.name !== first.phrasebook.name);
  if (odd === undefined) return first.phrasebook;
  const [one, other] = [first, odd].map((part) => `${part.name} in ${part.phrasebook.name}`);
  throw new BridgeError("invalid-option", `a ${name} words all its problems by one phrasebook, and these are ${one} and ${other}`);
}

/** What of a source goes into the options of one that is made of it. Plain JSON. */
export function describeSource({ name, version, seed, options }: ProblemSource): Record<string, unknown> {
  return { source: name, version, seed, options };
}

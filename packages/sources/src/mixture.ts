import { BridgeError, createRandom, type ProblemSource } from "@bridge-rl/spec";
import { composedSource, describeSource } from "./internal/composed-source.js";

/** A source and its share of the problems. */
export interface MixturePart {
  readonly source: ProblemSource;
  /** In proportion to those of the other parts. @defaultValue 1 */
  readonly weight?: number;
  /** What the part is called. @defaultValue its source's name */
  readonly name?: string;
}

/** A source whose problems come from named parts. */
export interface Mixture extends ProblemSource {
  /** The part that an index takes. */
  partAt(index: number): Required<MixturePart>;
}

export interface MixtureOptions {
  /** Decides which part each index takes. @defaultValue 0 */
  readonly seed?: number;
}

/**
 * Mixes sources by weight: `problem(index)` is that problem of one of them, drawn for the index alone. So it has random access, and what it
 * gives is a thinned-out row of each part, none twice.
 *
 * @throws BridgeError `invalid-option` for weights that are no positive numbers, and parts worded by different phrasebooks
 */
export function mixture(parts: readonly MixturePart[], options: MixtureOptions = {}): Mixture {
  const { seed = 0 } = options;
  const bounds: number[] = [];
  let total = 0;
  for (const { weight = 1, source } of parts) {
    if (!Number.isFinite(weight) || weight <= 0)
      throw new BridgeError("invalid-option", `the weight of ${source.name} is ${weight}; weights are positive numbers`);
    total += weight;
    bounds.push(total);
  }
  const root = createRandom(seed, "mixture");
  const described = parts.map(({ source, weight = 1, name }) => ({
    ...(name === undefined ? {} : { name }),
    ...describeSource(source),
    weight,
  }));
  const partOf = (index: number): MixturePart => {
    const drawn = root.fork("part", index).next() * total;
    return parts[bounds.findIndex((bound) => drawn < bound)] as MixturePart;
  };
  const sources = parts.map(({ source }) => source);
  return {
    ...composedSource("mixture", sources, seed, { parts: described }, (index) => partOf(index).source),
    partAt(index) {
      const { source, weight = 1, name = source.name } = partOf(index);
      return { source, weight, name };
    },
  };
}

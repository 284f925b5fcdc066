import { BridgeError } from "@bridge-rl/spec";

/** A quantity's name in its two parts: "Canvas Bag's Notebook" is the Notebook of Canvas Bag. */
export interface NameParts {
  readonly container: string;
  readonly held: string;
}

/**
 * Splits names at their possessive. Where a name has several ("Kid's Animal Farm's Tiger"), the split wins whose halves occur most often
 * in the other names.
 *
 * @throws BridgeError `invalid-input` for a name without a possessive
 */
export function splitNames(names: readonly string[], certain: readonly NameParts[]): NameParts[] {
  const seen = new Map<string, number>();
  const unclear: number[] = [];
  const parts = names.map((name, index): NameParts => {
    const at = name.indexOf("'s ");
    if (at === -1) throw new BridgeError("invalid-input", `"each ${name}" is no quantity of iGSM: "each CONTAINER's ITEM" was expected`);
    if (name.indexOf("'s ", at + 3) !== -1) unclear.push(index);
    return { container: name.slice(0, at), held: name.slice(at + 3) };
  });
  if (unclear.length === 0) return parts;
  for (const { container, held } of [...parts.filter((_, index) => !unclear.includes(index)), ...certain]) {
    note(seen, container, 4);
    note(seen, held, 4);
  }
  const candidates = unclear.map((index) => splitsOf(names[index] as string));
  for (const { container, held } of candidates.flat()) {
    note(seen, container, 1);
    note(seen, held, 1);
  }
  for (const [place, index] of unclear.entries()) parts[index] = likeliest(candidates[place] as NameParts[], seen);
  return parts;
}

/** Every way to split a name at a possessive. */
function splitsOf(name: string): NameParts[] {
  const splits: NameParts[] = [];
  for (let at = name.indexOf("'s "); at !== -1; at = name.indexOf("'s ", at + 1)) {
    splits.push({ container: name.slice(0, at), held: name.slice(at + 3) });
  }
  return splits;
}

function note(seen: Map<string, number>, name: string, weight: number): void {
  seen.set(name, (seen.get(name) ?? 0) + weight);
}

function likeliest(splits: readonly NameParts[], seen: ReadonlyMap<string, number>): NameParts {
  const evidence = ({ container, held }: NameParts) => (seen.get(container) as number) + (seen.get(held) as number);
  return splits.reduce((best, split) => (evidence(split) >= evidence(best) ? split : best));
}

import { BridgeError, type Phrasebook } from "@bridge-rl/spec";
import { resolveSourceFactory } from "../resolve/resolve-source.js";
import type { ProblemRow } from "./rows.js";

/** What a line doesn't say, or says otherwise. */
export interface PhrasebookFlags {
  /** The source of the problems; without it each line's own. */
  readonly task?: string | undefined;
  /** Without it each line's own. */
  readonly phrasebook?: string | undefined;
}

/**
 * Finds the phrasebook of each problem line: by the source and the phrasebook that the line names, unless flags name others.
 */
export function createPhrasebookFinder({ task, phrasebook }: PhrasebookFlags): (row: ProblemRow, place: string) => Promise<Phrasebook> {
  const found = new Map<string, Promise<Phrasebook>>();
  return (row, place) => {
    const sourceName = task ?? row.source.name;
    const name = phrasebook ?? row.phrasebook;
    const key = `${sourceName} ${name}`;
    const known = found.get(key) ?? load(sourceName, name, place);
    found.set(key, known);
    return known;
  };
}

async function load(sourceName: string, phrasebook: string | undefined, place: string): Promise<Phrasebook> {
  if (phrasebook === undefined) {
    throw new BridgeError("invalid-input", `${place} doesn't say by which phrasebook its prompt is worded; pass --phrasebook`);
  }
  const factory = await resolveSourceFactory(sourceName, process.cwd());
  return factory({ phrasebook }).phrasebook;
}

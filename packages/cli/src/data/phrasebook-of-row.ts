import { BridgeError, type Phrasebook, type ProblemSource } from "@bridge-rl/spec";
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
 * Finds the source of each problem line, which words its problems and judges answers: by the source and the phrasebook that the line names,
 * unless flags name others. Its further options are not the line's.
 */
export function createSourceFinder({ task, phrasebook }: PhrasebookFlags): (row: ProblemRow, place: string) => Promise<ProblemSource> {
  const found = new Map<string, Promise<ProblemSource>>();
  return (row, place) => {
    const sourceName = task ?? row.source.name;
    const name = phrasebook ?? row.phrasebook;
    const key = `${sourceName} ${name}`;
    const known = found.get(key) ?? load(sourceName, name, place);
    found.set(key, known);
    return known;
  };
}

/** Finds the phrasebook of each problem line: that of its source. */
export function createPhrasebookFinder(flags: PhrasebookFlags): (row: ProblemRow, place: string) => Promise<Phrasebook> {
  const sourceOf = createSourceFinder(flags);
  return async (row, place) => (await sourceOf(row, place)).phrasebook;
}

async function load(sourceName: string, phrasebook: string | undefined, place: string): Promise<ProblemSource> {
  if (phrasebook === undefined) {
    throw new BridgeError("invalid-input", `${place} doesn't say by which phrasebook its prompt is worded; pass --phrasebook`);
  }
  const factory = await resolveSourceFactory(sourceName, process.cwd());
  return factory({ phrasebook });
}

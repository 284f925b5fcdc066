import type { ProblemSource } from "@bridge-rl/spec";
import { parseAssignments } from "../internal/parse-flags.js";
import { resolveSourceFactory } from "../resolve/resolve-source.js";

/** What the flags of a problem source come to. */
export interface SourceFlags {
  readonly task: string;
  readonly ops?: readonly [number, number] | undefined;
  readonly seed: number;
  readonly split?: string | undefined;
  readonly phrasebook?: string | undefined;
  readonly modulus?: number | undefined;
  readonly set: readonly string[];
}

/**
 * Makes the problem source that flags describe. A flag that was left out leaves the source its own default.
 *
 * @param over  options that come before those of the flags
 */
export async function sourceFromFlags(flags: SourceFlags, over: Readonly<Record<string, unknown>> = {}): Promise<ProblemSource> {
  const { task, ops, seed, split, phrasebook, modulus, set } = flags;
  const factory = await resolveSourceFactory(task, process.cwd());
  return factory({
    seed,
    ...(split !== undefined && { split }),
    ...(ops !== undefined && { operations: ops }),
    ...(phrasebook !== undefined && { phrasebook }),
    ...(modulus !== undefined && { modulus }),
    ...parseAssignments(set),
    ...over,
  });
}

import { hash } from "node:crypto";
import { BridgeError, type ReasoningGraph, type Split } from "@bridge-rl/spec";
import { canonicalTemplate } from "./internal/canonical-template.js";

/** How templates become hashes. */
export interface StructureHashOptions {
  /** Written before the template, so that sources whose problems have nothing in common share no hash. @defaultValue "" */
  readonly namespace?: string;
}

/**
 * Hashes the solution template of a graph: SHA-256 (hex) of what the target is computed from, without names, constants and distractors.
 *
 * The order in which a graph lists its nodes makes no difference, nor does the order of what can change places (terms, factors, operands
 * of "and", "or" and "max"). Two graphs have the same hash exactly where they have the same template.
 *
 * @throws BridgeError `invalid-graph` where a reference or the target is no node of the graph
 */
export function structureHash(graph: ReasoningGraph, options: StructureHashOptions = {}): string {
  const { namespace = "" } = options;
  return hash("sha256", namespace + canonicalTemplate(graph), "hex");
}

/**
 * Writes the solution template that `structureHash` hashes, from the target down: each node in brackets where it is first needed, later as
 * a number that counts the nodes complete before it; `c` is a number or truth value, `?` a word. An example is `[(*c,[(+[c],[c],)],)]`.
 *
 * @throws BridgeError `invalid-graph` where a reference or the target is no node of the graph
 */
export function solutionTemplate(graph: ReasoningGraph): string {
  return canonicalTemplate(graph);
}

/** How many buckets the space of templates has, and how many of them are for training (iGSM, `const/params.py`). */
const bucketCount = 23;
const trainBuckets = 16;

/**
 * The part of the space of problems that a structure hash belongs to: the hash modulo 23 is below 16 for train, the others are test.
 *
 * @throws BridgeError `invalid-input` where it is not a hexadecimal hash
 */
export function splitOf(structureHash: string): Exclude<Split, "all"> {
  if (!/^[0-9a-f]+$/.test(structureHash)) throw new BridgeError("invalid-input", `"${structureHash}" is not a hexadecimal hash`);
  let bucket = 0;
  for (let index = 0; index < structureHash.length; index++) {
    bucket = (bucket * 16 + Number.parseInt(structureHash.charAt(index), 16)) % bucketCount;
  }
  return bucket < trainBuckets ? "train" : "test";
}

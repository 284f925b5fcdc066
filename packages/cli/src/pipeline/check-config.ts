import { BridgeError } from "@bridge-rl/spec";
import { z } from "zod";
import { suggestion } from "../internal/nearest-name.js";
import { configSchema } from "./config-schema.js";
import type { PipelineConfig } from "./pipeline-config.js";

type Issue = z.core.$ZodIssue;

/**
 * Checks a config field by field and fills in its defaults.
 *
 * @throws BridgeError `unknown-option` where the only fault is a field that does not exist, with the nearest one that does;
 *   `invalid-option` with the path and the reason of every fault
 */
export function checkConfig(config: PipelineConfig): PipelineConfig {
  const result = configSchema.safeParse(config);
  if (result.success) {
    const resolved = result.data as PipelineConfig;
    refuseRepeatedSeeds(resolved);
    refuseUnmatched(resolved);
    refuseEndlessStages(resolved);
    return resolved;
  }
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, []));
  const isTypo = faults.every((fault) => fault.unknown);
  throw new BridgeError(
    isTypo ? "unknown-option" : "invalid-option",
    `the config of the pipeline can't be used: ${faults.map((fault) => fault.message).join("; ")}`,
  );
}

interface Fault {
  readonly unknown: boolean;
  readonly message: string;
}

function faultsOf(issue: Issue, parents: readonly PropertyKey[]): Fault[] {
  const path = [...parents, ...issue.path];
  const place = path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = fieldsAt(configSchema, path);
    return issue.keys.map((key) => {
      const hint = suggestion(key, known) || (known.length > 0 ? ` There are ${known.join(", ")}.` : "");
      return { unknown: true, message: `there is no ${place === "" ? key : `${place}.${key}`}.${hint}` };
    });
  }
  // Of a union, the branch that fits best tells most: the one whose only fault is a field that it lacks.
  const branches = issue.code === "invalid_union" ? issue.errors : [];
  const typo = branches.find((errors) => errors.length > 0 && errors.every((error) => error.code === "unrecognized_keys"));
  if (typo !== undefined) return typo.flatMap((error) => faultsOf(error, path));
  return [{ unknown: false, message: `${place === "" ? "it" : place}: ${issue.message}` }];
}

/** The names that a schema has at a path, over all branches of unions. */
function fieldsAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodPrefault) return fieldsAt(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => fieldsAt(option, path));
  if (schema instanceof z.ZodArray) return fieldsAt(schema.element, path.slice(1));
  if (schema instanceof z.ZodRecord) return fieldsAt(schema.valueType, path.slice(1));
  if (!(schema instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  return first === undefined ? Object.keys(schema.shape) : fieldsAt(schema.shape[String(first)], rest);
}

function refuseRepeatedSeeds({ seeds = [] }: PipelineConfig): void {
  const repeated = seeds.find((seed, index) => seeds.indexOf(seed) !== index);
  if (repeated !== undefined)
    throw new BridgeError("invalid-option", `seeds: ${repeated} is there twice; each seed is one training of each arm`);
}

/** What comes behind a stage that never ends would never be trained on. */
function refuseEndlessStages({ grpo: { curriculum = [] } = {} }: PipelineConfig): void {
  const endless = curriculum.slice(0, -1).findIndex(({ steps, accuracy }) => steps === undefined && accuracy === undefined);
  if (endless >= 0)
    throw new BridgeError(
      "invalid-option",
      `grpo.curriculum.${endless}: it never ends, so the stages behind it are never reached; give it steps or an accuracy`,
    );
}

function refuseUnmatched({ arms, sft: { match, epochs, steps } = {} }: PipelineConfig): void {
  if (match === undefined) return;
  const names = Object.keys(arms);
  if (!names.includes(match.reference)) {
    const hint = suggestion(match.reference, names) || ` There are ${names.join(", ")}.`;
    throw new BridgeError("invalid-option", `sft.match.reference: there is no arm ${match.reference}.${hint}`);
  }
  if (epochs === undefined && steps === undefined) return;
  const given = epochs === undefined ? "steps" : "epochs";
  throw new BridgeError("invalid-option", `sft.${given}: matched arms are learnt once; leave it out and say how often in sft.match.passes`);
}

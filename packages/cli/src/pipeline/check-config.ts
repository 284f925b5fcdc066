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
    refuseBlindSelection(resolved);
    refuseTwoDemonstrators(resolved);
    refuseInfluenceOffPolicy(resolved);
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
  // Of a union, the branch of the value's own kind tells most: the one that only finds fault with what is inside it.
  const branches = issue.code === "invalid_union" ? issue.errors : [];
  const isInside = (error: Issue): boolean => error.code === "unrecognized_keys" || error.path.length > 0;
  const fitting = branches.filter((errors) => errors.length > 0 && errors.every(isInside));
  const typo = fitting.find((errors) => errors.every((error) => error.code === "unrecognized_keys"));
  const told = typo ?? (fitting.length === 1 ? fitting[0] : undefined);
  if (told !== undefined) return told.flatMap((error) => faultsOf(error, path));
  return [{ unknown: false, message: `${place === "" ? "it" : place}: ${issue.message}` }];
}

/** The names that a schema has at a path, over all branches of unions. */
function fieldsAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  const isWrapped = [z.ZodOptional, z.ZodPrefault, z.ZodDefault, z.ZodNullable].some((wrapper) => schema instanceof wrapper);
  if (isWrapped) return fieldsAt((schema as z.ZodOptional).unwrap(), path);
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

/** Without evaluations nothing is ever the best. */
function refuseBlindSelection({ sft = {}, grpo = {} }: PipelineConfig): void {
  for (const [stage, { select, evaluateEvery = 0 }] of Object.entries({ sft, grpo })) {
    if (select !== undefined && evaluateEvery === 0)
      throw new BridgeError(
        "invalid-option",
        `${stage}.select: nothing is evaluated to select by; say how often in ${stage}.evaluateEvery`,
      );
  }
}

function refuseTwoDemonstrators({ arms }: PipelineConfig): void {
  for (const [name, arm] of Object.entries(arms)) {
    if (typeof arm === "string" || arm.rejectionSampling === undefined) continue;
    const { rejectionSampling: { count = 8, right: [least, most] = [1, count] } = {}, ...others } = arm;
    const [other] = Object.entries(others).filter(([, value]) => value !== undefined);
    if (other !== undefined)
      throw new BridgeError(
        "invalid-option",
        `arms.${name}.${other[0]}: the model writes the demonstrations of rejectionSampling; leave it out`,
      );
    if (least > most || least > count)
      throw new BridgeError(
        "invalid-option",
        `arms.${name}.rejectionSampling.right: ${least} to ${most} right completions of ${count} can't be`,
      );
  }
}

/** Influence is of a step on the policy's own rollouts. */
function refuseInfluenceOffPolicy({ sampling: { precision } = {}, influence: { during = 0 } = {} }: PipelineConfig): void {
  if (precision === "int8" && during > 0)
    throw new BridgeError(
      "invalid-option",
      "influence.during: completions of precision int8 are not the policy's own, which influence is measured on; sample in float32, or set it to 0",
    );
}

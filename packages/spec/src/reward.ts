import type { StandardSchemaV1 } from "@standard-schema/spec";
import { BridgeError } from "./bridge-error.js";
import { parseOptions } from "./parse-options.js";
import type { Phrasebook } from "./phrasebook.js";
import type { Problem } from "./problem.js";

/** What a reward judges. */
export interface RewardInput {
  readonly problem: Problem;
  readonly completion: string;
  readonly phrasebook: Phrasebook;
  readonly finishReason: "stop" | "length";
  /** Tokens of the completion, where it was sampled. */
  readonly tokens?: number;
  /** Aborted where nobody waits for the score any more: after a time limit, or where the run was stopped. */
  readonly signal?: AbortSignal;
}

/** A reward with its options bound. */
export interface Reward {
  readonly name: string;
  readonly specVersion: 1;
  /** The highest score it gives: what a gold demonstration must get. */
  readonly maximum: number;
  score(input: RewardInput): number | Promise<number>;
}

export interface RewardDefinition<Name extends string, Schema extends StandardSchemaV1> {
  readonly name: Name;
  readonly specVersion: 1;
  /** Any Standard Schema; it must accept `{}`. */
  readonly options: Schema;
  readonly maximum: number;
  score(input: RewardInput, options: StandardSchemaV1.InferOutput<Schema>): number | Promise<number>;
}

/** Declares a reward. @throws BridgeError `invalid-plugin`, and `invalid-option` when the factory is called */
export function defineReward<const Name extends string, Schema extends StandardSchemaV1>(
  definition: RewardDefinition<Name, Schema>,
): (options?: StandardSchemaV1.InferInput<Schema>) => Reward {
  const { name, specVersion, maximum } = definition;
  if (specVersion !== 1) {
    throw new BridgeError(
      "invalid-plugin",
      `reward ${name} is written for spec version ${specVersion}; this is version 1: install a matching version`,
    );
  }
  return (input) => {
    const options = parseOptions(definition.options, input ?? {}, `reward ${name}`);
    return { name, specVersion, maximum, score: (rewardInput) => definition.score(rewardInput, options) };
  };
}

import type { StandardSchemaV1 } from "@standard-schema/spec";
import { BridgeError } from "./bridge-error.js";
import { parseOptions } from "./parse-options.js";
import type { Random } from "./random.js";
import type { GraphState, ReasoningGraph } from "./reasoning-graph.js";
import type { Trace } from "./trace.js";

/** What a behaviour may look at. */
export interface BehaviorContext<Options> {
  readonly graph: ReasoningGraph;
  /** Nothing solved yet; the behaviour's own copy, to follow the trace with. */
  readonly state: GraphState;
  readonly random: Random;
  readonly options: Options;
}

/** A behaviour with its options bound: rewrites traces, never text. */
export interface Behavior {
  readonly name: string;
  readonly specVersion: 1;
  /** Resolved, plain JSON where the schema's output is. */
  readonly options: unknown;
  inject(trace: Trace, context: Omit<BehaviorContext<unknown>, "options">): Trace;
}

/** Calling it binds options and gives a `Behavior`. */
export interface BehaviorFactory<Name extends string, Input> {
  (options?: Input): Behavior;
  /** Package-like name, also what spans carry. */
  readonly behaviorName: Name;
  readonly specVersion: 1;
  readonly schema: StandardSchemaV1<Input>;
}

export interface BehaviorDefinition<Name extends string, Schema extends StandardSchemaV1> {
  readonly name: Name;
  readonly specVersion: 1;
  /** Any Standard Schema (zod, valibot, arktype); it must accept `{}`. */
  readonly options: Schema;
  inject(trace: Trace, context: BehaviorContext<StandardSchemaV1.InferOutput<Schema>>): Trace;
}

/**
 * Declares a behaviour.
 *
 * @throws BridgeError `invalid-plugin` for another spec version or a name without a package-like form;
 *   `invalid-option` when the factory is called with options that the schema refuses
 */
export function defineBehavior<const Name extends string, Schema extends StandardSchemaV1>(
  definition: BehaviorDefinition<Name, Schema>,
): BehaviorFactory<Name, StandardSchemaV1.InferInput<Schema>> {
  const { name, specVersion } = definition;
  if (specVersion !== 1) {
    throw new BridgeError(
      "invalid-plugin",
      `behaviour ${name} is written for spec version ${specVersion}; this is version 1: install a matching version`,
    );
  }
  if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name)) {
    throw new BridgeError("invalid-plugin", `"${name}" cannot name a behaviour; use a package-like name such as @me/backtracking`);
  }
  const factory = (input?: StandardSchemaV1.InferInput<Schema>): Behavior => {
    const options = parseOptions(definition.options, input ?? {}, `behaviour ${name}`);
    return {
      name,
      specVersion,
      options,
      inject: (trace, { graph, state, random }) => definition.inject(trace, { graph, state, random, options }),
    };
  };
  return Object.assign(factory, {
    behaviorName: name,
    specVersion,
    schema: definition.options as StandardSchemaV1<StandardSchemaV1.InferInput<Schema>>,
  });
}

import { checkConfig } from "./check-config.js";
import type { PipelineConfig } from "./pipeline-config.js";

const marker = Symbol.for("bridge-rl.pipeline");

/** An experiment that was checked and can be run. */
export interface Pipeline {
  readonly config: PipelineConfig;
}

/**
 * Declares an experiment: `runPipeline` runs it, and so does `bridge run` where it is a module's default export.
 *
 * @throws BridgeError `unknown-option` for a field that does not exist, with the nearest one that does; `invalid-option` for a value
 *   that cannot be
 */
export function definePipeline(config: PipelineConfig): Pipeline {
  const pipeline: Pipeline = { config: checkConfig(config) };
  Object.defineProperty(pipeline, marker, { value: true });
  return pipeline;
}

/** Tells a pipeline even where two copies of this package are installed. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === "object" && value !== null && marker in value;
}

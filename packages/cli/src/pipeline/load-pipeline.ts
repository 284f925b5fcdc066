import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { BridgeError } from "@bridge-rl/spec";
import { isPlainObject, mergeDeep, parseAssignments } from "../internal/parse-flags.js";
import { loadModule } from "../resolve/load-module.js";
import { definePipeline, isPipeline, type Pipeline } from "./define-pipeline.js";
import type { PipelineConfig } from "./pipeline-config.js";

/** A pipeline that a file holds. Plain JSON, so that every process of a run can load it again. */
export interface LoadPipelineOptions {
  /** A `.json` file, or a module whose default export is a pipeline or its config. Absolute. */
  readonly file: string;
  /** `--set sft.epochs=3`: laid over the config, in order. */
  readonly set: readonly string[];
}

/** A pipeline and the folder that its relative names start from. */
export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly base: string;
}

/**
 * Loads a pipeline from its file.
 *
 * @throws BridgeError `missing-file`, `invalid-file` for a file without a pipeline, and what `definePipeline` throws
 */
export async function loadPipeline({ file, set }: LoadPipelineOptions): Promise<LoadedPipeline> {
  const found = file.endsWith(".json") ? await readConfig(file) : (await loadModule(resolve(file), dirname(file))).default;
  const config = withoutSchema(isPipeline(found) ? found.config : found);
  if (!isPlainObject(config)) {
    throw new BridgeError("invalid-file", `${file} has no pipeline as its default export; write export default definePipeline({ … })`);
  }
  // definePipeline checks every field, whatever the file's author promised its type to be.
  const whole = mergeDeep(config, parseAssignments(set)) as unknown as PipelineConfig;
  return { pipeline: definePipeline(whole), base: dirname(file) };
}

/** `$schema` is for editors. */
function withoutSchema(config: unknown): unknown {
  if (!isPlainObject(config)) return config;
  const { $schema: _, ...rest } = config;
  return rest;
}

async function readConfig(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new BridgeError("missing-file", `${file} can't be read (${error.code}); pass the path of a config`, { cause: error });
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BridgeError("invalid-file", `${file} is not JSON: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
